//! Looks a deployment up. Only the stack itself has to be there; everything else is a fact that may be missing.

mod functions;
mod gateways;
mod pages;
mod retention;
mod tables;

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use aws_sdk_cloudformation::types::Stack as Described;

use super::Deployment;
use crate::aws::said;
use crate::functions::{Function, Stack};
use crate::keys::Rings;
use crate::{answer, time};

impl Deployment {
    /// Reads all of it.
    ///
    /// # Errors
    /// When the stack cannot be described.
    pub async fn read(stack: &Stack) -> Result<Self> {
        let described = describe(stack).await?;
        let resources = Resources::of(stack).await?;
        let read_functions = functions::read(&stack.aws, &resources).await;
        let logical_ids = functions::by_arn(&read_functions);
        Ok(Self {
            issuer: output(&described, "Issuer"),
            asked: None,
            published: None,
            protected: parameter(&described, "Protect").as_deref() != Some("false"),
            rotation_days: parameter(&described, "KeyRotationDays").and_then(|days| days.parse().ok()),
            now: time::now(),
            tables: tables::read(&stack.aws, &resources).await,
            rings: rings(stack).await.map_err(|error| format!("{error:#}")),
            retention: retention::read(&stack.aws, &stack.name).await,
            apis: gateways::read(&stack.aws, &resources, &logical_ids).await,
            functions: read_functions,
        })
    }
}

async fn describe(stack: &Stack) -> Result<Described> {
    let answer = stack.aws.cloudformation().describe_stacks().stack_name(&stack.name).send().await;
    let answer = answer.map_err(|error| anyhow!("the stack {}: {}", stack.name, said(&error)))?;
    answer.stacks.unwrap_or_default().pop().with_context(|| format!("there is no stack {}", stack.name))
}

fn output(stack: &Described, name: &str) -> Option<String> {
    let output = stack.outputs().iter().find(|output| output.output_key() == Some(name))?;
    output.output_value().map(str::to_owned)
}

fn parameter(stack: &Described, name: &str) -> Option<String> {
    let parameter = stack.parameters().iter().find(|parameter| parameter.parameter_key() == Some(name))?;
    parameter.parameter_value().map(str::to_owned)
}

async fn rings(stack: &Stack) -> Result<Rings> {
    let payload = serde_json::json!({ "action": "list" });
    Rings::read(&answer::read(&stack.invoke(Function::RotateKeys, &payload).await?, false)?)
}

/// What CloudFormation made: logical id and physical id, by type.
struct Resources {
    by_type: BTreeMap<String, Vec<(String, String)>>,
}

impl Resources {
    async fn of(stack: &Stack) -> Result<Self> {
        let client = stack.aws.cloudformation();
        let resources = pages::all(async |token| {
            let request = client.list_stack_resources().stack_name(&stack.name).set_next_token(token);
            let page = request.send().await.map_err(|error| said(&error))?;
            Ok((page.stack_resource_summaries.unwrap_or_default(), page.next_token))
        });
        let resources = resources.await.map_err(|error| anyhow!("the resources of {}: {error}", stack.name))?;
        let mut by_type: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for resource in resources {
            let ids = (resource.logical_resource_id, resource.physical_resource_id);
            if let (Some(kind), (Some(logical), Some(physical))) = (resource.resource_type, ids) {
                by_type.entry(kind).or_default().push((logical, physical));
            }
        }
        Ok(Self { by_type })
    }

    /// Logical and physical ids of everything of a type.
    fn of_type(&self, kind: &str) -> &[(String, String)] {
        self.by_type.get(kind).map(Vec::as_slice).unwrap_or_default()
    }
}
