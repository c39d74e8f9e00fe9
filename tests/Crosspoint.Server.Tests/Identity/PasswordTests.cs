using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Tests.Identity;

public sealed class PasswordTests
{
    private const string Password = "correct horse battery";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_TellsRightWrongOldAndNobodys()
    {
        using var hashes = new PasswordHashes(iterations: 1_000);
        using var stronger = new PasswordHashes(iterations: 2_000);
        string hash = (await hashes.HashAsync(Password, Token)).ShouldNotBeNull();
        hash.ShouldNotBe(await hashes.HashAsync(Password, Token), "each has a salt of its own");
        (await hashes.CheckAsync(hash, Password, Token)).ShouldBe(PasswordCheck.Right);
        (await hashes.CheckAsync(hash, Password + "x", Token)).ShouldBe(PasswordCheck.Wrong);
        (await stronger.CheckAsync(hash, Password, Token)).ShouldBe(PasswordCheck.RightButOld);
        (await hashes.CheckAsync(null, Password, Token)).ShouldBe(PasswordCheck.Wrong);
    }

    [Fact]
    public async Task Check_MoreThanMayWait_AreRefusedAndTheOthersAnswered()
    {
        using var hashes = new PasswordHashes(iterations: 50_000, atOnce: 1);
        PasswordCheck[] results = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => hashes.CheckAsync(null, Password, Token).AsTask()));
        results.Count(static result => result == PasswordCheck.Busy).ShouldBe(5);
        results.Count(static result => result == PasswordCheck.Wrong).ShouldBe(20);
        (await hashes.CheckAsync(null, Password, Token)).ShouldBe(PasswordCheck.Wrong);
    }

    [Theory]
    [InlineData("eleven chars", true)]
    [InlineData("elevenchars", false)]
    [InlineData("aaaaaaaaaaaaa", false)]
    [InlineData("Ada@Example.ORG", false)]
    [InlineData("Ada Lovelace of London", false)]
    [InlineData("пароль из слов", true)]
    public void Rules_LengthAndNoName(string password, bool isAllowed) =>
        PasswordRules.Allows(password, "ada@example.org", "ada lovelace of london").ShouldBe(isAllowed);

    [Fact]
    public void Rules_TooLong_IsRefused() => PasswordRules.Allows(string.Concat(Enumerable.Repeat("ab", 129)), "ada", "").ShouldBeFalse();
}
