using System.Text.Json.Nodes;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Identity;

public sealed class SecondFactorTests
{
    [Fact]
    public async Task Enrol_ConfirmedByACode_IsAskedForFromThenOn_AndNoCodeCountsTwice()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var other = new Browser(api);
        await other.SignInAsync("ada");
        (await owner.PostAsync("/v1/console/totp", new() { ["password"] = "not the right one" })).At("code").ShouldBe("sign_in_failed");
        Answer begun = await owner.PostAsync("/v1/console/totp", new() { ["password"] = Browser.Password });
        string secret = begun.At("secret")!;
        begun.At("uri")!.ShouldContain($"secret={secret}&");
        (await other.SignInAsync("ada")).Status.ShouldBe(200, "it counts only when it was confirmed");
        (await owner.PostAsync("/v1/console/totp/confirm", Totp("000000x"))).At("code").ShouldBe("totp_invalid");
        Answer confirmed = await owner.PostAsync("/v1/console/totp/confirm", Totp(CodeNow(api, secret)));
        string[] codes = [.. confirmed.Json["recovery_codes"]!.AsArray().Select(static code => code!.ToString())];
        codes.Distinct().Count().ShouldBe(10);
        codes.ShouldAllBe(static code => System.Text.RegularExpressions.Regex.IsMatch(code, "^([a-z2-7]{4}-){3}[a-z2-7]{4}$"));
        (await other.GetAsync("/v1/console/session")).Status.ShouldBe(401, "other sessions end");
        (await owner.GetAsync("/v1/console/session")).At("recovery_codes_left").ShouldBe("10");

        Answer asked = await other.SignInAsync("ada");
        (asked.Status, asked.At("code")).ShouldBe((401, "totp_required"));
        (await other.SignInAsync("ada", "not the right one", CodeNow(api, secret))).At("code").ShouldBe("sign_in_failed");
        (await other.SignInAsync("ada", totp: CodeNow(api, secret))).At("code").ShouldBe("totp_invalid", "the code that confirmed it was used");
        api.Time.Advance(TimeSpan.FromSeconds(30));
        string code = CodeNow(api, secret);
        (await other.SignInAsync("ada", totp: code)).Status.ShouldBe(200);
        using var third = new Browser(api);
        (await third.SignInAsync("ada", totp: code)).At("code").ShouldBe("totp_invalid", "a replay");

        (await third.SignInAsync("ada", recoveryCode: codes[3].ToUpperInvariant().Replace("-", " "))).At("recovery_codes_left").ShouldBe("9");
        (await third.SignInAsync("ada", recoveryCode: codes[3])).At("code").ShouldBe("totp_invalid");
    }

    [Fact]
    public async Task WrongCodes_LockTheName()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        await EnrolAsync(api, owner);
        using var browser = new Browser(api);
        for (int i = 0; i < 10; i++) (await browser.SignInAsync("ada", totp: "abcdef")).At("code").ShouldBe("totp_invalid");
        (await browser.SignInAsync("ada", totp: "abcdef")).At("code").ShouldBe("sign_in_locked");
    }

    [Fact]
    public async Task Enrol_WithASecondFactorInPlace_TakesItsRemovalFirst()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        string secret = await EnrolAsync(api, owner);
        Answer again = await owner.PostAsync("/v1/console/totp", new() { ["password"] = Browser.Password });
        (again.Status, again.At("code")).ShouldBe((409, "user_state"));
        again.At("detail")!.ShouldContain("remove it first");
        api.Time.Advance(TimeSpan.FromSeconds(30));
        (await owner.PostAsync("/v1/console/totp/remove", new() { ["password"] = Browser.Password, ["totp"] = CodeNow(api, secret) })).Status.ShouldBe(204);
        await EnrolAsync(api, owner);
    }

    [Fact]
    public async Task Remove_TakesPasswordAndCode_AndAnOwnerResetsAnothers()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        string secret = await EnrolAsync(api, owner);
        (await owner.PostAsync("/v1/console/totp/remove", new() { ["password"] = Browser.Password })).At("code").ShouldBe("totp_invalid");
        api.Time.Advance(TimeSpan.FromSeconds(30));
        (await owner.PostAsync("/v1/console/totp/remove", new() { ["password"] = Browser.Password, ["totp"] = CodeNow(api, secret) })).Status.ShouldBe(204);
        (await owner.GetAsync("/v1/console/session")).At("user.second_factor").ShouldBe("false");

        using Browser reader = await Browser.OfRoleAsync(api, Role.ReadOnly, "rita");
        await EnrolAsync(api, reader);
        (await owner.PostAsync("/v1/users/rita/reset-second-factor")).At("second_factor").ShouldBe("false");
        (await owner.PostAsync("/v1/users/rita/reset-second-factor")).At("code").ShouldBe("user_state");
        (await reader.GetAsync("/v1/console/session")).Status.ShouldBe(401);
        (await reader.SignInAsync("rita")).Status.ShouldBe(200);
    }

    internal static async Task<string> EnrolAsync(ApiFixture api, Browser browser)
    {
        string secret = (await browser.PostAsync("/v1/console/totp", new() { ["password"] = Browser.Password })).At("secret")!;
        (await browser.PostAsync("/v1/console/totp/confirm", Totp(CodeNow(api, secret)))).Status.ShouldBe(200);
        return secret;
    }

    private static JsonObject Totp(string code) => new() { ["totp"] = code };

    // An authenticator app, which was given the secret as text.
    internal static string CodeNow(ApiFixture api, string secret)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        string bits = string.Concat(secret.Select(static letter => Convert.ToString(Alphabet.IndexOf(letter), 2).PadLeft(5, '0')));
        byte[] bytes = [.. bits.Chunk(8).Where(static octet => octet.Length == 8).Select(static octet => Convert.ToByte(new string(octet), 2))];
        return Server.Identity.Totp.CodeAt(bytes, Server.Identity.Totp.StepAt(api.Time.GetUtcNow()));
    }
}
