import Foundation
@testable import Platform
import SystemPackage
import Testing

@Suite struct SystemAdviceTests {
  @Test(
    "advice fits what the system said",
    arguments: [
      (ENOSPC, "space"), (EDQUOT, "space"), (EACCES, "permission"), (EROFS, "permission"),
      (EMFILE, "ulimit -n"), (ENFILE, "too many files"), (ENOENT, "path"), (EISDIR, "folder"),
      (ENOTDIR, "path"), (ELOOP, "links"), (ENAMETOOLONG, "shorter"), (EPIPE, "reader"),
      (EIO, "disk"),
    ])
  func advice(code: CInt, word: String) {
    #expect(SystemAdvice.text(for: Errno(rawValue: code)).contains(word))
    let isAboutSpace = [ENOSPC, EDQUOT].contains(code)
    #expect(SystemAdvice.refusal(code).contains("space") == isAboutSpace)
  }
}
