//! The loop against a Runtime API that answers as Lambda and its emulators do, and worse.

use std::{io::BufRead, io::BufReader, net::TcpListener, thread};

use super::*;

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const HELLO: &str = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r1\r\nContent-Length: 5\r\n\r\nhello";

/// Serves one connection after the other, one response after the other, and gives the first lines and bodies of what was
/// asked.
fn asked(connections: &[&[&str]]) -> Vec<(String, String)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = |id: &str, event: &[u8]| match event {
        b"panic" => panic!("in {id}"),
        b"fail" => Err("no idea"),
        event => Ok([b"got ", event].concat()),
    };
    thread::scope(|scope| {
        let api = scope.spawn(move || {
            let mut asked = Vec::new();
            for responses in connections {
                let mut stream = BufReader::new(listener.accept().unwrap().0);
                for response in *responses {
                    asked.push(request(&mut stream));
                    stream.get_mut().write_all(response.as_bytes()).unwrap();
                }
            }
            asked
        });
        assert!(serve(&address, answer).is_err());
        api.join().unwrap()
    })
}

fn request(stream: &mut impl BufRead) -> (String, String) {
    let mut head = Vec::new();
    while head.last().is_none_or(|line: &String| !line.trim().is_empty()) {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        head.push(line);
    }
    let length = head.iter().find_map(|line| line.trim().strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head[0].trim().to_owned(), String::from_utf8(body).unwrap())
}

/// What was posted, by the last part of its path.
fn posted(asked: &[(String, String)]) -> Vec<(&str, &str)> {
    let posts = asked.iter().filter_map(|(line, body)| {
        let rest = line.strip_prefix("POST /2018-06-01/runtime/invocation/r1/")?;
        Some((rest.strip_suffix(" HTTP/1.1")?, body.as_str()))
    });
    posts.collect()
}

#[test]
fn every_event_is_answered_under_its_id() {
    let asked = asked(&[&[HELLO, ACCEPTED, HELLO, ACCEPTED]]);
    assert_eq!(asked[0].0, "GET /2018-06-01/runtime/invocation/next HTTP/1.1");
    assert_eq!(posted(&asked), [("response", "got hello"); 2]);
}

#[test]
fn an_event_in_chunks_is_one_event() {
    let chunks = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r1\r\nTransfer-Encoding: chunked\r\n\r\n\
        3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    assert_eq!(posted(&asked(&[&[chunks, ACCEPTED]])), [("response", "got hello")]);
}

#[test]
fn a_connection_that_ended_is_made_again() {
    let farewell = "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let http_1_0 = "HTTP/1.0 202 Accepted\r\n\r\n";
    for last in [ACCEPTED, farewell, http_1_0] {
        assert_eq!(posted(&asked(&[&[HELLO, last], &[HELLO, last]])).len(), 2, "{last}");
    }
}

#[test]
fn a_failure_and_a_panic_are_one_failed_invocation_each() {
    let fail = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r1\r\nContent-Length: 4\r\n\r\nfail";
    let panic = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r1\r\nContent-Length: 5\r\n\r\npanic";
    let asked = asked(&[&[fail, ACCEPTED, panic, ACCEPTED, HELLO, ACCEPTED]]);
    let error = |message| format!(r#"{{"errorType":"Error","errorMessage":"{message}"}}"#);
    let (failed, panicked) = (error("no idea"), error("the function panicked"));
    assert_eq!(posted(&asked), [("error", failed.as_str()), ("error", &panicked), ("response", "got hello")]);
}

#[test]
fn what_is_not_the_runtime_api_ends_the_loop() {
    for response in ["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"] {
        assert!(posted(&asked(&[&[response]])).is_empty(), "{response}");
    }
}

#[test]
fn a_place_may_be_a_url_with_a_path() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let base = |place: String| RuntimeApi::at(&place).unwrap().base;
    assert_eq!(base(address.to_string()), "/2018-06-01/runtime/invocation");
    assert_eq!(base(format!("http://{address}/.rt/authorizer")), "/.rt/authorizer/2018-06-01/runtime/invocation");
}
