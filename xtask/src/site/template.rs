//! Filling `{{name}}` marks, where a mark without a value or a value without a mark is a mistake.

use crate::failure::{Failure, Outcome};

pub fn fill(template: &str, values: &[(&str, &str)]) -> Outcome<String> {
    let mut filled = template.to_owned();
    for (name, value) in values {
        let mark = format!("{{{{{name}}}}}");
        if !filled.contains(&mark) {
            return Err(Failure::new(format!("a template has no place for {mark}")));
        }
        filled = filled.replace(&mark, value);
    }
    match filled.split_once("{{") {
        None => Ok(filled),
        Some((_, rest)) => {
            let name = rest.split("}}").next().unwrap_or_default();
            Err(Failure::new(format!("a template asks for {{{{{name}}}}}, which has no value")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, values: &[(&str, &str)], expected: Result<&str, &str>) {
        let filled = fill(template, values).map_err(|failure| failure.to_string());
        assert_eq!(filled.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn every_mark_is_filled_each_time_it_occurs() {
        check("{{a}} {{b}} {{a}}", &[("a", "1"), ("b", "2")], Ok("1 2 1"));
    }

    #[test]
    fn a_mark_without_a_value_is_refused() {
        check("{{lamp}}", &[], Err("a template asks for {{lamp}}, which has no value"));
    }

    #[test]
    fn a_value_without_a_mark_is_refused() {
        check("dark", &[("lamp", "lit")], Err("a template has no place for {{lamp}}"));
    }
}
