using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class AccountDirectoryTests
{
    private const string Sid = "AC00000000000000000000000000000001";
    private const string KeySid = "SK00000000000000000000000000000001";
    private const string FileKeySid = "SK00000000000000000000000000000002";

    private static readonly Account Demo = new()
    {
        Sid = Sid,
        Name = "demo",
        AuthToken = "token",
        WebhookSecret = [1],
        ApiKeys = [new(FileKeySid, "cpk_of_the_file")],
        Smpp = [new() { SystemId = "demo", Password = "secret" }],
        Numbers = [new("+15550001000", null, default)],
    };

    [Fact]
    public void HashedKey_OpensByItsSecretAlone()
    {
        string secret = ApiKeySecrets.New();
        var directory = new AccountDirectory([Demo with { HashedKeys = [new(KeySid, ApiKeySecrets.HashOf(secret))] }]);
        var used = new List<string>();
        directory.KeyUsed = used.Add;
        directory.AuthenticateBearer(secret)!.Sid.ShouldBe(Sid);
        directory.AuthenticateBasic(KeySid, secret)!.Sid.ShouldBe(Sid);
        directory.AuthenticateBearer("cpk_of_the_file")!.Sid.ShouldBe(Sid);
        used.ShouldBe([KeySid, KeySid, FileKeySid]);
        directory.AuthenticateBasic(Sid, "token")!.Sid.ShouldBe(Sid);
        used.Count.ShouldBe(3, "a token is no key");
        directory.AuthenticateBearer(ApiKeySecrets.HashOf(secret)).ShouldBeNull();
        directory.AuthenticateBasic(KeySid, ApiKeySecrets.HashOf(secret)).ShouldBeNull();
        directory.AuthenticateBasic(Sid, secret).ShouldBeNull();
        directory.AuthenticateBearer("").ShouldBeNull();
    }

    [Fact]
    public void Replace_PutsAllLookUpsIntoForce_AndTellsOfIt()
    {
        var directory = new AccountDirectory([Demo]);
        int told = 0;
        directory.Changed += () => told++;
        directory.Replace([Demo with { IsEnabled = false }]);
        directory.AuthenticateBasic(Sid, "token").ShouldBeNull();
        directory.AuthenticateBearer("cpk_of_the_file").ShouldBeNull();
        directory.AuthenticateSmpp("demo", "secret").ShouldBeNull();
        directory.FindSmpp("demo").ShouldBeNull();
        directory.Find(Sid)!.Name.ShouldBe("demo");
        directory.TryFindNumber("+15550001000", out _, out _).ShouldBeTrue("what comes in is still its own");
        directory.Replace([]);
        directory.Find(Sid).ShouldBeNull();
        told.ShouldBe(2);
    }
}
