//! A hundred thousand sessions end within a minute: what the table, the feed and an authorizer make of it.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

use std::{
    collections::{BTreeMap, HashSet},
    thread,
};

use latchkey::{
    domain::{
        FeedEntry, SessionId, Timestamp,
        feed::{BUCKET_SECONDS, SHARDS, TOLD_SECONDS},
    },
    published::{
        document::Document,
        feed::{BadDocument, Feed, MAX_ENTRIES},
    },
};
use latchkey_tests::{
    api::Api,
    exchange::{Answer, Call},
    forge::encode,
    local_dynamodb::local_dynamodb,
    store::Store,
    world::{START, Settings, World},
};
use serde_json::{Value, json};

const ENDINGS: u32 = 100_000;
const SECONDS: u64 = 60;

/// What one partition can take in a second: 1000 write units, and a write in a transaction costs two.
const WRITES_A_SECOND: usize = 500;

/// What one partition can read in a second, in units of strongly consistent reads.
const READ_UNITS_A_SECOND: f64 = 3000.0;

/// Seconds between two readings of one sandbox of `well-known`.
const READING_SECONDS: u64 = 2;

/// No answer of a function may be larger.
const LAMBDA_LIMIT: usize = 6 << 20;

/// Sessions with the ids that we draw, ended evenly over the minute before [`START`].
fn endings() -> Vec<(Timestamp, FeedEntry)> {
    let ended = |number: u32| {
        let at = START.minus(SECONDS - u64::from(number) * SECONDS / u64::from(ENDINGS));
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        (at, FeedEntry::session(SessionId::from_random(id), at, at.plus(TOLD_SECONDS)))
    };
    (0..ENDINGS).map(ended).collect()
}

/// Writes the entries as the transactions of endings do, 25 at a time.
fn write(table: &str, entries: &[FeedEntry]) {
    let put = |entry: &FeedEntry| {
        let (hour, sort) = (entry.bucket * BUCKET_SECONDS / 3600, format!("{:010}#{}", entry.bucket, entry.name()));
        let item = json!({
            "pk": { "S": format!("feed#{hour}#{}", entry.shard()) },
            "sk": { "S": sort },
            "expires_at": { "N": entry.until.seconds().to_string() },
        });
        json!({ "PutRequest": { "Item": item } })
    };
    let batches: Vec<&[FeedEntry]> = entries.chunks(25).collect();
    thread::scope(|scope| {
        for part in batches.chunks(batches.len().div_ceil(4)) {
            scope.spawn(move || {
                for batch in part {
                    let puts: Vec<Value> = batch.iter().map(put).collect();
                    local_dynamodb().call("BatchWriteItem", &json!({ "RequestItems": { table: puts } }));
                }
            });
        }
    });
}

/// Every page of the feed, as somebody asks who knows everything up to the bucket `after`.
async fn pages(world: &World, after: u64) -> Vec<Answer> {
    let (mut pages, mut asked) = (Vec::new(), after);
    loop {
        let page = world.send(Call::get(&format!("/.well-known/revocations?after={asked}"))).await;
        assert_eq!(page.status, 200, "{page}");
        let next = page.json()["next"].as_u64();
        pages.push(page);
        let Some(next) = next else { return pages };
        asked = next;
    }
}

#[test]
fn no_partition_is_asked_to_write_more_than_it_can() {
    let mut writes = BTreeMap::<(Timestamp, u8), usize>::new();
    for (at, entry) in endings() {
        *writes.entry((at, entry.shard())).or_default() += 1;
    }
    let most = *writes.values().max().unwrap();
    let mean = ENDINGS as usize / SECONDS as usize / usize::from(SHARDS);
    println!("writes to one partition in one second: {mean} on average, {most} at most");
    assert!(most <= WRITES_A_SECOND && most < 2 * mean, "{most} writes in one second");
}

/// Reads it as somebody does who knows everything up to `after`: the pages, and the units that each partition was asked for.
async fn read(world: &World, after: u64) -> (Vec<Answer>, f64) {
    let meter = world.store.as_dynamodb().unwrap().meter().clone();
    let before = meter.snapshot();
    let pages = pages(world, after).await;
    let used = meter.snapshot().since(before);
    let units = used.read_units / f64::from(SHARDS);
    let bytes: usize = pages.iter().map(|page| page.body.len()).sum();
    println!("{} pages of {bytes} bytes, {} requests, {units} units of each partition", pages.len(), used.reads);
    (pages, units)
}

#[tokio::test]
async fn a_hundred_thousand_endings_are_told_in_eleven_bytes_each_and_no_partition_is_read_too_often() {
    let entries: Vec<FeedEntry> = endings().into_iter().map(|(_, entry)| entry).collect();
    let world = World::new(Store::dynamodb(), Settings::default());
    write(&world.store.tables().unwrap().ephemera, &entries);

    let (pages, units) = read(&world, 0).await;
    assert!(30.0 * units <= READ_UNITS_A_SECOND, "thirty sandboxes that begin in one second: {units} units each");
    let bytes: Vec<usize> = pages.iter().map(|page| page.body.len()).collect();
    assert!(bytes.iter().sum::<usize>() <= 11 * ENDINGS as usize, "{bytes:?}");
    // As JSON in JSON: what Lambda counts.
    assert!(pages.iter().all(|page| json!(page.body).to_string().len() < LAMBDA_LIMIT));

    let documents = pages.iter().map(|page| serde_json::from_str::<Document<'_>>(&page.body).unwrap());
    let told: Vec<[u8; 8]> = documents.flat_map(|page| page.buckets).flat_map(|it| it.sessions().unwrap()).collect();
    assert_eq!(told.len(), ENDINGS as usize);
    assert_eq!(HashSet::from_iter(told), entries.iter().map(|entry| entry.digest).collect::<HashSet<_>>());

    let mut feed = Feed::default();
    for page in &pages {
        feed.read(page.body.as_bytes(), START).unwrap();
    }
    assert!(feed.is_whole() && feed.entries() == ENDINGS as usize);

    world.advance(READING_SECONDS);
    let (again, units) = read(&world, pages[0].json()["closed"].as_u64().unwrap()).await;
    let open: usize = again.iter().map(|page| names_on(&page.body)).sum();
    assert_eq!(open, ENDINGS as usize / 2, "three of six buckets are still open");
    assert!(100.0 * units / READING_SECONDS as f64 <= READ_UNITS_A_SECOND, "a hundred sandboxes: {units} units each");
}

/// A page with sessions of these numbers, told after the bucket `after`.
fn page(after: u64, bucket: u64, next: Option<u64>, numbers: std::ops::Range<u64>) -> String {
    let names: Vec<u8> = numbers.flat_map(u64::to_be_bytes).collect();
    let page = json!({
        "now": START.seconds(), "bucket_seconds": BUCKET_SECONDS, "valid_from": 0, "kids": [], "after": after,
        "closed": after, "next": next, "buckets": [{ "bucket": bucket, "sessions": encode(names) }],
    });
    page.to_string()
}

#[test]
fn more_endings_than_a_verifier_holds_are_a_feed_it_does_not_have() {
    let (most, bucket) = (MAX_ENTRIES as u64, START.seconds() / BUCKET_SECONDS);
    let mut feed = Feed::default();
    feed.read(page(0, bucket - 1, Some(bucket - 1), 0..most).as_bytes(), START).unwrap();
    assert_eq!(feed.entries(), MAX_ENTRIES);
    let one_more = feed.read(page(bucket - 1, bucket, None, most..most + 1).as_bytes(), START);
    assert!(matches!(one_more, Err(BadDocument::TooLarge)), "{one_more:?}");
    assert_eq!((feed.entries(), feed.question().as_str()), (0, "/.well-known/revocations"), "it begins again");
}

#[tokio::test]
async fn a_partition_larger_than_an_answer_of_the_table_is_read_whole() {
    let mut entries: Vec<FeedEntry> = endings().into_iter().take(30_000).map(|(_, entry)| entry).collect();
    entries.iter_mut().for_each(|entry| entry.digest[0] = 0);
    let world = World::new(Store::dynamodb(), Settings::default());
    write(&world.store.tables().unwrap().ephemera, &entries);
    let meter = world.store.as_dynamodb().unwrap().meter().clone();
    let names: HashSet<_> = entries.iter().map(|entry| entry.digest).collect();
    let told: usize = pages(&world, 0).await.iter().map(|page| names_on(&page.body)).sum();
    assert_eq!(told, names.len());
    assert!(meter.snapshot().reads > 33, "one request per partition and one for the keys would not do");
}

fn names_on(page: &str) -> usize {
    let page: Document<'_> = serde_json::from_str(page).unwrap();
    page.buckets.iter().map(|bucket| bucket.sessions().unwrap().len()).sum()
}
