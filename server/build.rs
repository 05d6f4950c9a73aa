//! Rebuilds the server when the built site or the migrations that it embeds are others.

fn main() {
    println!("cargo::rerun-if-changed=../target/site/release.json");
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-changed=../starter");
}
