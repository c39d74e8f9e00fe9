using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.RabbitMq.Tests;

public sealed class RoutingKeyTests
{
    [Theory]
    [InlineData("{account}.{state}", "AC1.delivered")]
    [InlineData("sms.{type}", "sms.delivered")]
    [InlineData("{direction}-{class}", "outbound-otp")]
    [InlineData("plain", "plain")]
    public void Template_IsFilledIn(string template, string expected)
    {
        RoutingKey.TryParse(template, out RoutingKey? key).ShouldBeTrue();
        var head = new MessageHead { Id = default, AccountSid = "AC1", From = "a", To = "b", Body = "", Class = TrafficClass.Otp };
        key!.Of(new LoggedEvent(1, head, new(4, 0, EventKind.Delivered, MessageState.Delivered), 0)).ShouldBe(expected);
        key.Template.ShouldBe(template);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{number}")]
    [InlineData("{account")]
    [InlineData("account}")]
    [InlineData("a b")]
    [InlineData("é")]
    public void Template_ThatIsNotRight_IsRefused(string template) => RoutingKey.TryParse(template, out _).ShouldBeFalse();

    [Fact]
    public void Template_ThatIsTooLong_IsRefused() => RoutingKey.TryParse(new string('a', 128), out _).ShouldBeFalse();
}
