//! Messages as JSON, and as the words of a story.

use super::*;

/// What travels is JSON.
pub fn through_json(request: Request) -> Request {
    fn again<T: serde::Serialize + serde::de::DeserializeOwned>(it: &T) -> T {
        let text = serde_json::to_string(it).expect("messages are plain data");
        serde_json::from_str(&text).expect("a message reads back as it was written")
    }
    match request {
        Request::Hello(hello) => Request::Hello(again(&hello)),
        Request::Push(push) => Request::Push(again(&push)),
        Request::Pull(pull) => Request::Pull(again(&pull)),
        Request::HandOver(sent) => Request::HandOver(again(&sent)),
        Request::Photo(hash, bytes) => Request::Photo(hash, bytes),
    }
}

pub fn answer_through_json(answer: Answer) -> Answer {
    fn again<T: serde::Serialize + serde::de::DeserializeOwned>(it: &T) -> T {
        let text = serde_json::to_string(it).expect("messages are plain data");
        serde_json::from_str(&text).expect("a message reads back as it was written")
    }
    match answer {
        Answer::Hello(answer) => Answer::Hello(again(&answer)),
        Answer::Push(answer) => Answer::Push(again(&answer)),
        Answer::Pull(answer) => Answer::Pull(again(&answer)),
        Answer::HandOver(answer) => Answer::HandOver(again(&answer)),
        Answer::Photo(answer) => Answer::Photo(again(&answer)),
        Answer::Declined(fault) => Answer::Declined(fault),
    }
}

/// A message as a line of the corpus.
pub fn sample(request: Option<&Request>, answer: Option<&Answer>) -> Option<String> {
    let line =
        |name: &str, is: serde_json::Result<String>| Some(format!("{{\"message\":\"{name}\",\"is\":{}}}", is.ok()?));
    match (request, answer) {
        (Some(Request::Hello(it)), _) => line("hello", serde_json::to_string(it)),
        (Some(Request::Push(it)), _) => line("push", serde_json::to_string(it)),
        (Some(Request::Pull(it)), _) => line("pull", serde_json::to_string(it)),
        (_, Some(Answer::Hello(it))) => line("hello-answer", serde_json::to_string(it)),
        (_, Some(Answer::Push(it))) => line("push-answer", serde_json::to_string(it)),
        (_, Some(Answer::Pull(it))) => line("pull-answer", serde_json::to_string(it)),
        (_, Some(Answer::Photo(it))) => line("photo-answer", serde_json::to_string(it)),
        _ => None,
    }
}

pub fn said(request: &Request) -> String {
    match request {
        Request::Hello(hello) => format!("hello, {} waiting", hello.waiting),
        Request::Push(push) => {
            let places: Vec<String> =
                push.changes.iter().map(|placed| format!("{}#{}", short(placed.lane.0), placed.n)).collect();
            format!("push {} holes {}", places.join(" "), push.holes.len())
        }
        Request::Pull(pull) => format!("pull from {} of {} ({})", pull.cursor, pull.epoch, pull.view),
        Request::HandOver(sent) => format!("hand over {}", sent.items.len()),
        Request::Photo(hash, _) => format!("photo {hash}"),
    }
}

pub fn heard(answer: &Answer) -> String {
    match answer {
        Answer::Hello(answer) => format!("hello back, {} at {}", answer.epoch, answer.head),
        Answer::Push(answer) => {
            let outcomes: Vec<String> = answer
                .outcomes
                .iter()
                .map(|delivery| {
                    let word = match delivery.outcome {
                        Outcome::Accepted { .. } => "accepted",
                        Outcome::Refused { .. } => "refused",
                        Outcome::Quarantined { .. } => "quarantined",
                    };
                    format!("{}#{} {word} at {}", short(delivery.lane.0), delivery.n, delivery.seq)
                })
                .collect();
            format!("{} trouble {:?} ({})", outcomes.join(", "), answer.lanes, answer.epoch)
        }
        Answer::Pull(PullAnswer::Page(page)) => {
            format!("page of {} to {} more {} ({})", page.rows.len(), page.cursor, page.more, page.view)
        }
        Answer::Pull(PullAnswer::Rebuild { epoch, view }) => format!("rebuild {epoch} ({view})"),
        Answer::HandOver(answer) => format!("kept {}", answer.kept.len()),
        Answer::Photo(answer) => format!("{answer:?}"),
        Answer::Declined(fault) => format!("{fault:?}"),
    }
}

pub fn short(id: uuid::Uuid) -> String {
    id.to_string().chars().take(4).collect()
}

pub fn listed(changes: &[domain::changes::Change]) -> String {
    let kinds: Vec<&str> = changes.iter().map(|change| change.deed.encode().0).collect();
    kinds.join(", ")
}
