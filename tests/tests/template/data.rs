//! Where accounts, sessions and keys live.

use serde_json::json;

use crate::Outcome;
use crate::cloudformation::Template;

#[test]
fn every_table_is_encrypted_paid_by_request_and_keyed_alike() -> Outcome {
    let template = Template::latchkey()?;
    let tables = template.resources("AWS::DynamoDB::Table");
    assert_eq!(tables.keys().copied().collect::<Vec<_>>(), ["Connections", "Ephemera", "Rooms", "Sessions", "Users"]);
    for (id, table) in tables {
        assert_eq!(table["SSESpecification"]["SSEEnabled"], true, "{id}");
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
        let keys = json!([
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ]);
        assert_eq!(table["KeySchema"], keys, "{id}");
        assert!(table.get("GlobalSecondaryIndexes").is_none(), "{id} has an index to pay for");
    }
    Ok(())
}

#[test]
fn what_ends_by_itself_is_deleted_by_time_to_live_and_accounts_never_are() -> Outcome {
    let template = Template::latchkey()?;
    for id in ["Sessions", "Ephemera", "Connections", "Rooms"] {
        let time_to_live = &template.resource(id)["Properties"]["TimeToLiveSpecification"];
        assert_eq!(*time_to_live, json!({ "AttributeName": "expires_at", "Enabled": true }), "{id}");
    }
    assert!(template.resource("Users")["Properties"].get("TimeToLiveSpecification").is_none());
    Ok(())
}

#[test]
fn no_stream_holds_names_addresses_or_hashes() -> Outcome {
    let template = Template::latchkey()?;
    let stream = |id: &str| template.resource(id)["Properties"]["StreamSpecification"]["StreamViewType"].clone();
    assert_eq!(stream("Users"), "KEYS_ONLY");
    assert_eq!(stream("Sessions"), "NEW_AND_OLD_IMAGES");
    assert_eq!(stream("Rooms"), "NEW_IMAGE");
    assert!(stream("Ephemera").is_null() && stream("Connections").is_null());
    Ok(())
}

#[test]
fn accounts_can_be_restored_to_any_second_and_ended_sessions_cannot() -> Outcome {
    let template = Template::latchkey()?;
    let recovery = |id: &str| {
        let properties = &template.resource(id)["Properties"];
        properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true
    };
    assert!(recovery("Users"));
    assert!(recovery("Rooms"));
    assert!(!recovery("Sessions"));
    assert!(!recovery("Ephemera"));
    assert!(!recovery("Connections"));
    Ok(())
}

#[test]
fn accounts_and_keys_outlive_the_stack_unless_somebody_only_tries_it_out() -> Outcome {
    let template = Template::latchkey()?;
    assert_eq!(template.section("Parameters")["Protect"]["Default"], "true");
    let kept = json!({ "Fn::If": ["IsProtected", "Retain", "Delete"] });
    let secrets = template.resources("AWS::SecretsManager::Secret").into_keys();
    for id in secrets.chain(["Users", "Rooms"]) {
        assert_eq!(template.resource(id)["DeletionPolicy"], kept, "{id}");
        assert_eq!(template.resource(id)["UpdateReplacePolicy"], kept, "{id}");
    }
    for id in ["Users", "Rooms"] {
        let protection = &template.resource(id)["Properties"]["DeletionProtectionEnabled"];
        assert_eq!(*protection, json!({ "Fn::If": ["IsProtected", true, false] }), "{id}");
    }
    Ok(())
}

#[test]
fn no_secret_has_a_value_or_a_name_in_the_template() -> Outcome {
    let template = Template::latchkey()?;
    let secrets = template.resources("AWS::SecretsManager::Secret");
    assert_eq!(secrets.keys().copied().collect::<Vec<_>>(), ["PepperKeys", "SealKeys", "SignKeys"]);
    for (id, secret) in secrets {
        for property in ["SecretString", "GenerateSecretString", "Name"] {
            assert!(secret.get(property).is_none(), "{id} has a {property}");
        }
    }
    Ok(())
}
