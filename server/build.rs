//! Rebuilds the server when the migrations or the starter community that it embeds are others. The site is the program's.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-changed=../starter");
}
