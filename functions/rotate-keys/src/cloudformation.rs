//! The answer to CloudFormation: a PUT to the URL in the event.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html>

use std::time::Duration;

use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use latchkey::startup::StartupError;
use serde::Serialize;

use crate::CustomResource;

/// The resource's name for CloudFormation. It never changes: a changed one would make CloudFormation delete the old.
const PHYSICAL_RESOURCE_ID: &str = "latchkey-keys";

/// How long CloudFormation's bucket may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) enum Outcome {
    /// The rings exist and the public keys are published.
    Ready,
    /// The resource is deleted, the rings stay.
    Kept,
    /// Something could not be read or written.
    Failed { reason: String },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(event: &'a CustomResource, outcome: Outcome) -> Self {
        let (status, reason) = match outcome {
            Outcome::Ready | Outcome::Kept => ("SUCCESS", None),
            Outcome::Failed { reason } => ("FAILED", Some(reason)),
        };
        Self {
            status,
            reason,
            physical_resource_id: event.physical_resource_id.as_deref().unwrap_or(PHYSICAL_RESOURCE_ID),
            stack_id: &event.stack_id,
            request_id: &event.request_id,
            logical_resource_id: &event.logical_resource_id,
        }
    }

    pub(crate) async fn send(&self, connector: &impl HttpConnector, url: &str) -> Result<(), StartupError> {
        let mut request = HttpRequest::new(SdkBody::from(serde_json::to_vec(self)?));
        request.set_method("PUT")?;
        request.set_uri(url)?;
        // The URL is signed for a request without a content type.
        request.headers_mut().insert("content-type", "");
        let response = tokio::time::timeout(PATIENCE, connector.call(request)).await??;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(format!("CloudFormation answered {}", response.status()).into())
        }
    }
}
