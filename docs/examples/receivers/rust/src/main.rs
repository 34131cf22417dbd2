//! Receives webhooks with tiny_http and the crate standardwebhooks.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use standardwebhooks::Webhook;
use std::{env, error::Error};
use tiny_http::{Request, Response, Server};

fn receive(webhook: &Webhook, request: &mut Request) -> Result<Value, Box<dyn Error>> {
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body)?;
    let mut headers = HeaderMap::new();
    for header in request.headers() {
        headers.insert(
            HeaderName::from_bytes(header.field.as_str().as_bytes())?,
            HeaderValue::from_str(header.value.as_str())?,
        );
    }
    webhook.verify(&body, &headers)?;
    Ok(serde_json::from_slice(&body)?)
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let webhook = Webhook::new(&env::var("WEBHOOK_SECRET")?)?;
    let port = env::var("PORT").unwrap_or("4000".into());
    for mut request in Server::http(format!("127.0.0.1:{port}"))?.incoming_requests() {
        let status = match receive(&webhook, &mut request) {
            Ok(event) => {
                println!("{} {} {}", event["seq"], event["type"], event["data"]["id"]);
                204
            }
            Err(_) => 400,
        };
        request.respond(Response::empty(status))?;
    }
    Ok(())
}
