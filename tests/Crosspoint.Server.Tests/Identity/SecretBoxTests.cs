using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Tests.Identity;

public sealed class SecretBoxTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-keys-");

    private string Keys => Path.Combine(_folder.FullName, "keys");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Seal_OpensWithTheSameRing_AfterARestart_AndWithNoOther()
    {
        Directory.Exists(Keys).ShouldBeFalse();
        byte[] secret = Totp.NewSecret();
        byte[] closed = new SecretBox(Keys).Seal(secret);
        closed.AsSpan().IndexOf(secret).ShouldBe(-1);
        new SecretBox(Keys).Open(closed).ShouldBe(secret);
        new SecretBox(Path.Combine(_folder.FullName, "other")).Open(closed).ShouldBeNull();
        closed[^1] ^= 1;
        new SecretBox(Keys).Open(closed).ShouldBeNull();
    }

    [Fact]
    public void Seal_Keys_AreForTheirOwnerAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        new SecretBox(Keys).Seal([1]);
        File.GetUnixFileMode(Keys).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.GetFiles(Keys).ShouldHaveSingleItem();
        foreach (string file in Directory.GetFiles(Keys)) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
