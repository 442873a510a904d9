import AdjointCodegen
import Foundation
import Testing

@Suite struct CacheLocationTests {
  @Test func isNamedOrSwitchedOff() {
    #expect(ObjectCache.standard(in: ["ADJOINT_CACHE": "off"]) == nil)
    #expect(ObjectCache.standard(in: ["ADJOINT_CACHE": "/a/b"])?.path == "/a/b")
    #expect(
      ObjectCache.standard(in: ["ADJOINT_CACHE": "", "XDG_CACHE_HOME": "/c"])?.path == "/c/adjoint")
    #expect(
      ObjectCache.standard(in: ["ADJOINT_CACHE": "/a", "XDG_CACHE_HOME": "/c"])?.path == "/a")
  }

  @Test func isInTheHomeFolderByDefault() {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    #expect(ObjectCache.standard(in: [:])?.path == home + "/.cache/adjoint")
    #expect(
      ObjectCache.standard(in: ["XDG_CACHE_HOME": "relative"])?.path == home + "/.cache/adjoint")
  }

  @Test func isOffInTests() {
    #expect(ObjectCache.standard() == nil)
  }
}
