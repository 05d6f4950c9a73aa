//! What a plain route answers when it cannot do what was asked: a status and JSON with one word for programs.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{db, failure::Failure};

#[derive(Debug)]
pub enum Declined {
    /// No device has this credential: 401.
    NotEnrolled,
    /// The device that had this credential was retired; what it holds is taken into custody: 401.
    Retired,
    /// No session, or it has expired: 401.
    SignInFirst,
    /// The client speaks a protocol that is given nothing any more; what it sends is taken all the same: 426.
    TooOld,
    /// 403.
    NotPermitted,
    /// Not JSON, or not this message: 400.
    Malformed,
    /// A field does not fit: 422.
    Invalid { field: &'static str },
    /// 413.
    TooLarge,
    /// The device has put too many photos that no record names; a change that names this one may come: 409.
    Unnamed,
    /// 429, with the seconds to wait.
    TooMany { seconds: u64 },
    /// More wait than can be served soon: 503, with the seconds to wait.
    Busy { seconds: u64 },
    /// 404.
    NotFound,
    /// The log says why: 500.
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Declined {
    fn from(failure: F) -> Self {
        match failure.into() {
            // Not all at the same moment again.
            Failure::Database(db::Error::PoolTimedOut) => Declined::Busy { seconds: rand::random_range(3..15) },
            Failure::TooMany { seconds } => Declined::TooMany { seconds },
            failure => Declined::Failed(failure),
        }
    }
}

impl IntoResponse for Declined {
    fn into_response(self) -> Response {
        let say = |status: StatusCode, word: &str| (status, Json(json!({ "error": word }))).into_response();
        match self {
            Declined::NotEnrolled => say(StatusCode::UNAUTHORIZED, "not_enrolled"),
            Declined::Retired => say(StatusCode::UNAUTHORIZED, "retired"),
            Declined::SignInFirst => say(StatusCode::UNAUTHORIZED, "sign_in_first"),
            Declined::TooOld => say(StatusCode::UPGRADE_REQUIRED, "too_old"),
            Declined::NotPermitted => say(StatusCode::FORBIDDEN, "not_permitted"),
            Declined::Malformed => say(StatusCode::BAD_REQUEST, "malformed"),
            Declined::Invalid { field } => {
                let body = json!({ "error": "invalid", "field": field });
                (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
            }
            Declined::TooLarge => say(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Declined::TooMany { seconds } => later(say(StatusCode::TOO_MANY_REQUESTS, "too_many"), seconds),
            Declined::Busy { seconds } => later(say(StatusCode::SERVICE_UNAVAILABLE, "busy"), seconds),
            Declined::Unnamed => say(StatusCode::CONFLICT, "unnamed"),
            Declined::NotFound => say(StatusCode::NOT_FOUND, "not_found"),
            Declined::Failed(failure) => {
                tracing::error!(%failure, "a request failed");
                say(StatusCode::INTERNAL_SERVER_ERROR, "server_failed")
            }
        }
    }
}

fn later(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
