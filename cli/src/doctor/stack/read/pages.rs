//! Lists that come in pages.

use super::super::Fact;

/// No stack has more resources, no account more APIs than this many pages.
const PAGES: usize = 100;

/// Every item of a list; `page` is given what the page before named as the next.
///
/// # Errors
/// Why a page could not be read, or that there is no last one: half a list is none.
pub(super) async fn all<T>(page: impl AsyncFn(Option<String>) -> Fact<(Vec<T>, Option<String>)>) -> Fact<Vec<T>> {
    let (mut items, mut next) = (Vec::new(), None);
    for _ in 0..PAGES {
        let (more, token) = page(next).await?;
        items.extend(more);
        next = token;
        if next.is_none() {
            return Ok(items);
        }
    }
    Err(format!("the list has more than {PAGES} pages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_that_never_ends_is_none() {
        let endless = all(async |_| Ok((vec![1], Some("next".to_owned())))).await;
        assert_eq!(endless, Err("the list has more than 100 pages".to_owned()));
    }
}
