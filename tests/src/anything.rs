//! Inputs nobody thought of: what properties are tried on, and how often.

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof};
use serde_json::{Value, json};

/// As many cases as proptest takes by itself, or its variables say; what fails is printed, and no file is left.
pub fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// JSON of any kind, a few levels deep. Some of its words mean something in events.
pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        prop_oneof!["2.0", "1.0", "REQUEST", "TOKEN", "CONNECT", "\\$connect", "GET /notes", "Bearer x"]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}
