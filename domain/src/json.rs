//! Reads JSON so that many types cost little.
//!
//! serde compiles a reader of text, and one of tagged enums, anew into every type, which the browser would have to download.
//! Here serde_json reads the text once into a [`Value`], and what takes that apart has a small body for each type. It takes
//! what serde_json takes, but for three things: a struct is an object and never an array, of two fields with one name the
//! last counts, and keys that are not texts are refused.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Error, Map, Value, map};

type Read<T> = Result<T, Error>;

/// The value that `text` is. Not for types that keep raw bytes ([`RawValue`](serde_json::value::RawValue)).
///
/// # Errors
/// Text that is not JSON, or not of the shape of `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Read<T> {
    T::deserialize(Part::Value(&value(text)?))
}

#[inline(never)]
fn value(text: &str) -> Read<Value> {
    serde_json::from_str(text)
}

/// Fields that name what an object is: with another value it is another thing.
const NAMES: [&str; 7] = ["id", "key", "item", "slot", "checkpoint", "kind", "is"];

/// Puts what `whole` says and `known`, which was read from it and written again, does not, into `new`, which was made of what was
/// read: so that a version which does not know a field takes it away from nobody. What `new` says itself stays.
pub fn keep_unknown(whole: &Value, known: &Value, new: &mut Value) {
    match (whole, known, new) {
        (Value::Object(whole), Value::Object(known), Value::Object(new)) => {
            for (name, value) in whole {
                match (known.get(name), new.get_mut(name)) {
                    (Some(known), Some(new)) if !is_another(known, new) => keep_unknown(value, known, new),
                    (None, None) => drop(new.insert(name.clone(), value.clone())),
                    (Some(_), _) | (None, Some(_)) => {}
                }
            }
        }
        (Value::Array(whole), Value::Array(known), Value::Array(new)) => {
            for (whole, known) in whole.iter().zip(known) {
                if let Some(new) = new.iter_mut().find(|new| is_same(known, new)) {
                    keep_unknown(whole, known, new);
                }
            }
        }
        _ => {}
    }
}

/// Whether two parts of lists are the same thing, which may have changed.
fn is_same(known: &Value, new: &Value) -> bool {
    let is_named_alike = |name: &&str| known.get(*name).is_some_and(|was| new.get(*name) == Some(was));
    known == new || (NAMES.iter().any(is_named_alike) && !is_another(known, new))
}

fn is_another(known: &Value, new: &Value) -> bool {
    NAMES.iter().any(|name| known.get(*name).zip(new.get(*name)).is_some_and(|(was, is)| was != is))
}

/// An enum that JSON writes as an object with the variant's name under a tag, as serde's `tag` does; the name of the enum is
/// said twice because serde wants it as a text.
#[macro_export]
macro_rules! tagged {
    ($(#[$about:meta])* pub enum $name:ident ($named:literal, tag = $tag:literal) { $($variants:tt)* }) => {
        $(#[$about])*
        #[derive(serde::Serialize)]
        #[serde(tag = $tag, rename_all = "snake_case")]
        pub enum $name { $($variants)* }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(remote = $named, rename_all = "snake_case")]
                #[allow(dead_code, reason = "it is only the shape that is read")]
                enum Shape { $($variants)* }

                let value = $crate::json::whole(deserializer)?;
                Shape::deserialize($crate::json::Tagged { tag: $tag, value: &value }).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Whatever is there.
///
/// # Errors
/// Those of the deserializer.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

/// What [`tagged!`] reads an enum from.
#[derive(Clone, Copy)]
pub struct Tagged<'v> {
    pub tag: &'static str,
    pub value: &'v Value,
}

/// A part of a value: one that a type wants, or the key before it.
#[derive(Clone, Copy)]
enum Part<'v> {
    Value(&'v Value),
    Key(&'v str),
}

impl<'v> Part<'v> {
    #[inline(never)]
    fn text(self) -> Read<&'v str> {
        match self {
            Part::Key(text) => Ok(text),
            Part::Value(Value::String(text)) => Ok(text),
            Part::Value(_) => unfit("a text"),
        }
    }

    #[inline(never)]
    fn bool(self) -> Read<bool> {
        match self {
            Part::Value(Value::Bool(is)) => Ok(*is),
            _ => unfit("true or false"),
        }
    }

    #[inline(never)]
    fn number(self) -> Read<&'v serde_json::Number> {
        match self {
            Part::Value(Value::Number(number)) => Ok(number),
            _ => unfit("a number"),
        }
    }

    #[inline(never)]
    fn list(self) -> Read<&'v [Value]> {
        match self {
            Part::Value(Value::Array(list)) => Ok(list),
            _ => unfit("a list"),
        }
    }

    #[inline(never)]
    fn object(self) -> Read<&'v Map<String, Value>> {
        match self {
            Part::Value(Value::Object(object)) => Ok(object),
            _ => unfit("an object"),
        }
    }

    fn is_null(self) -> bool {
        matches!(self, Part::Value(Value::Null))
    }
}

#[inline(never)]
fn unfit<T>(wanted: &str) -> Read<T> {
    Err(Error::custom(["this should be ", wanted].concat()))
}

macro_rules! by_another_name {
    ($($name:ident($($argument:ident: $kind:ty),*) => $same:ident,)*) => {$(
        fn $name<V: Visitor<'de>>(self, $($argument: $kind,)* visitor: V) -> Read<V::Value> {
            $(let _ = $argument;)*
            self.$same(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Part<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self {
            Part::Key(_) | Part::Value(Value::String(_)) => self.deserialize_str(visitor),
            Part::Value(Value::Null) => visitor.visit_unit(),
            Part::Value(Value::Bool(is)) => visitor.visit_bool(*is),
            Part::Value(Value::Number(_)) => self.deserialize_i64(visitor),
            Part::Value(Value::Array(_)) => self.deserialize_seq(visitor),
            Part::Value(Value::Object(_)) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_bool(self.bool()?)
    }

    /// Every number.
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let number = self.number()?;
        if let Some(number) = number.as_u64() {
            visitor.visit_u64(number)
        } else if let Some(number) = number.as_i64() {
            visitor.visit_i64(number)
        } else {
            visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN))
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.is_null() { visitor.visit_unit() } else { unfit("null") }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let mut items = Items(self.list()?.iter());
        let value = visitor.visit_seq(&mut items)?;
        if items.0.len() == 0 { Ok(value) } else { unfit("a shorter list") }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_map(Fields { fields: self.object()?.iter(), next: None })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_enum(self.variant()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    by_another_name! {
        deserialize_i8() => deserialize_i64,
        deserialize_i16() => deserialize_i64,
        deserialize_i32() => deserialize_i64,
        deserialize_u8() => deserialize_i64,
        deserialize_u16() => deserialize_i64,
        deserialize_u32() => deserialize_i64,
        deserialize_u64() => deserialize_i64,
        deserialize_f32() => deserialize_i64,
        deserialize_f64() => deserialize_i64,
        deserialize_char() => deserialize_str,
        deserialize_string() => deserialize_str,
        deserialize_identifier() => deserialize_str,
        deserialize_bytes() => deserialize_any,
        deserialize_byte_buf() => deserialize_any,
        deserialize_unit_struct(name: &'static str) => deserialize_unit,
        deserialize_tuple(length: usize) => deserialize_seq,
        deserialize_tuple_struct(name: &'static str, length: usize) => deserialize_seq,
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) => deserialize_map,
    }
}

impl<'de> Deserializer<'de> for Tagged<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_enum(self.variant()?)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Items<'v>(std::slice::Iter<'v, Value>);

impl<'de> SeqAccess<'de> for &mut Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        self.0.next().map(|item| seed.deserialize(Part::Value(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields<'v> {
    fields: map::Iter<'v>,
    next: Option<&'v Value>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.next = Some(value);
        seed.deserialize(Part::Key(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        seed.deserialize(Part::Value(self.next.take().unwrap_or(&Value::Null)))
    }
}

/// The variant of an enum: its name and, beside it or around it, what it holds.
struct Variant<'v> {
    name: &'v str,
    content: Option<&'v Value>,
    is_tagged: bool,
}

impl<'v> Part<'v> {
    /// A name alone, or an object of one name and its content.
    #[inline(never)]
    fn variant(self) -> Read<Variant<'v>> {
        let (name, content) = match self {
            Part::Value(Value::Object(object)) if object.len() == 1 => match object.iter().next() {
                Some((name, content)) => (name.as_str(), Some(content)),
                None => return unfit("a name"),
            },
            _ => (self.text()?, None),
        };
        Ok(Variant { name, content, is_tagged: false })
    }
}

impl<'v> Tagged<'v> {
    #[inline(never)]
    fn variant(self) -> Read<Variant<'v>> {
        match self.value.get(self.tag) {
            Some(Value::String(name)) => Ok(Variant { name, content: Some(self.value), is_tagged: true }),
            _ => unfit("an object that says what it is"),
        }
    }
}

impl<'v> Variant<'v> {
    #[inline(never)]
    fn content(&self) -> Read<Part<'v>> {
        self.content.map_or_else(|| unfit("more than a name"), |content| Ok(Part::Value(content)))
    }
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Self)> {
        Ok((seed.deserialize(Part::Key(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Read<()> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(_) if self.is_tagged => Ok(()),
            Some(_) => unfit("a name alone"),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.content()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.content()?.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests;
