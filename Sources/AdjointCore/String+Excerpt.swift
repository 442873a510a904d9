extension StringProtocol {
  /// The text, or its beginning where it is too long to be quoted in a message.
  package var excerpt: String { utf8.count <= 200 ? String(self) : prefix(79) + "…" }
}
