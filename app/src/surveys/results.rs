use leptos::prelude::*;

pub fn page(_survey: domain::ids::SurveyId) -> AnyView {
    crate::shell::not_found()
}
