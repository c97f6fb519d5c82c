//! The functions of a Latchkey that an operator calls, through Lambda's invoke API: of AWS, or of `cargo lambda watch`, which
//! speaks it too.

use anyhow::{Context, Result, anyhow, bail, ensure};
use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;

use crate::aws::{Aws, Caller, said};
use crate::http::Http;
use crate::options::Manner;
use crate::target::Target;

/// One of them.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// Users and their sessions.
    Admin,
    /// The key rings.
    RotateKeys,
}

impl Function {
    /// In template.yaml.
    fn logical_id(self) -> &'static str {
        match self {
            Function::Admin => "Admin",
            Function::RotateKeys => "RotateKeys",
        }
    }

    /// Under `cargo lambda watch`.
    fn name(self) -> &'static str {
        match self {
            Function::Admin => "admin",
            Function::RotateKeys => "rotate-keys",
        }
    }
}

/// Where they are.
#[derive(Debug)]
pub enum Functions {
    /// In a stack on AWS.
    Stack(Box<Stack>),
    /// In a development server.
    Dev(Dev),
}

impl Functions {
    /// Those of a target.
    ///
    /// # Errors
    /// When AWS is meant and the shell does not say which region.
    pub async fn of(target: Target, manner: &Manner) -> Result<Self> {
        Ok(match target {
            Target::Stack(name) => Functions::Stack(Box::new(Stack::named(name, manner).await?)),
            Target::Dev(url) => Functions::Dev(Dev { url, http: Http::new(manner.patience()) }),
        })
    }

    /// What the function answers to `payload`.
    ///
    /// # Errors
    /// When it cannot be called, fails, or takes too long. It may have done its work all the same.
    pub async fn invoke(&self, function: Function, payload: &Value) -> Result<Vec<u8>> {
        match self {
            Functions::Stack(stack) => stack.invoke(function, payload).await,
            Functions::Dev(dev) => dev.invoke(function, payload),
        }
    }

    /// Where they are and as whom they are called, for whoever is asked.
    ///
    /// # Errors
    /// When AWS does not say whose credentials these are.
    pub async fn place(&self) -> Result<String> {
        match self {
            Functions::Stack(stack) => {
                let Caller { account, arn } = stack.aws.caller().await?;
                Ok(format!("the stack {}, account {account}, {}, as {arn}", stack.name, stack.aws.place()))
            }
            Functions::Dev(dev) => Ok(format!("development, at {}", dev.url)),
        }
    }
}

/// A stack and the way to it.
#[derive(Debug)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// The account and region it is in.
    pub aws: Aws,
}

impl Stack {
    /// The stack of this name, in the account and region of the shell.
    ///
    /// # Errors
    /// When the shell does not say which region.
    pub async fn named(name: String, manner: &Manner) -> Result<Self> {
        Ok(Self { name, aws: Aws::from_shell(manner.patience()).await? })
    }

    /// As [`Functions::invoke`].
    pub async fn invoke(&self, function: Function, payload: &Value) -> Result<Vec<u8>> {
        let id = function.logical_id();
        let name = self.physical_id(id).await?;
        let call = self.aws.lambda().invoke().function_name(&name).payload(Blob::new(payload.to_string()));
        let answer = call.send().await.map_err(|error| anyhow!("{name} cannot be called: {}", said(&error)))?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        match answer.function_error {
            None => Ok(payload),
            Some(_) => Err(failed(&name, &payload)),
        }
    }

    async fn physical_id(&self, id: &str) -> Result<String> {
        let request =
            self.aws.cloudformation().describe_stack_resource().stack_name(&self.name).logical_resource_id(id);
        let answer = request.send().await;
        let answer = answer.map_err(|error| anyhow!("{id} of the stack {}: {}", self.name, said(&error)))?;
        let resource = answer.stack_resource_detail().and_then(|resource| resource.physical_resource_id());
        Ok(resource.with_context(|| format!("{id} of the stack {} is not there (yet)", self.name))?.to_owned())
    }
}

/// A development server and the way to it.
#[derive(Debug)]
pub struct Dev {
    url: String,
    http: Http,
}

impl Dev {
    fn invoke(&self, function: Function, payload: &Value) -> Result<Vec<u8>> {
        let name = function.name();
        let url = format!("{}/2015-03-31/functions/{name}/invocations", self.url);
        let page = self.http.post(&url, payload.to_string().as_bytes());
        let page =
            page.with_context(|| format!("{name} at {} does not answer (does `cargo xtask dev` run?)", self.url))?;
        // Lambda answers 200 with this header when a function fails, `cargo lambda watch` answers with a status.
        if page.headers.contains_key("x-amz-function-error")
            || (page.status == 500 && error_message(&page.body).is_some())
        {
            return Err(failed(name, &page.body));
        }
        ensure!(page.status != 404, "{} has no function {name}", self.url);
        if page.status != 200 {
            bail!("{name} at {} answers with status {}", self.url, page.status);
        }
        Ok(page.body)
    }
}

/// An error of the Runtime API: `{"errorType", "errorMessage"}`.
fn failed(name: &str, payload: &[u8]) -> anyhow::Error {
    let message = error_message(payload).unwrap_or_else(|| "it does not say why".to_owned());
    anyhow!("{name} failed, its log says more: {message}")
}

fn error_message(payload: &[u8]) -> Option<String> {
    let error: Value = serde_json::from_slice(payload).ok()?;
    Some(error.get("errorMessage")?.as_str()?.trim().to_owned())
}
