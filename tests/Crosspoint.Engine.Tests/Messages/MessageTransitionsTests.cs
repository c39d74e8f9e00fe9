using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Messages;

public sealed class MessageTransitionsTests
{
    private static readonly MessageState[] All = Enum.GetValues<MessageState>();

    [Theory]
    [InlineData(MessageState.Scheduled, "accepted canceled delivered expired failed queued undelivered")]
    [InlineData(MessageState.Accepted, "canceled expired failed queued sending")]
    [InlineData(MessageState.Queued, "canceled delivered expired failed scheduled sending sent unconfirmed undelivered")]
    [InlineData(MessageState.Sending, "delivered expired failed queued sent unconfirmed undelivered")]
    [InlineData(MessageState.Sent, "delivered queued unconfirmed undelivered")]
    [InlineData(MessageState.Delivered, "")]
    [InlineData(MessageState.Undelivered, "delivered")]
    [InlineData(MessageState.Failed, "delivered sent undelivered")]
    [InlineData(MessageState.Expired, "")]
    [InlineData(MessageState.Canceled, "")]
    [InlineData(MessageState.Unconfirmed, "delivered sent undelivered")]
    [InlineData(MessageState.Receiving, "canceled failed queued received scheduled")]
    [InlineData(MessageState.Received, "")]
    public void IsAllowed_From_OnlyToThese(MessageState from, string to) =>
        string.Join(' ', All.Where(state =>
            MessageTransitions.IsAllowed(from, state)).Select(StateNames.Of).Order(StringComparer.Ordinal)).ShouldBe(to);

    [Fact]
    public void IsAllowed_ToItself_Never() => All.ShouldAllBe(state => !MessageTransitions.IsAllowed(state, state));

    [Fact]
    public void IsFinal_States_AreThoseWithoutWorkLeft() =>
        string.Join(' ', All.Where(MessageTransitions.IsFinal).Select(StateNames.Of)).ShouldBe(
            "delivered undelivered failed expired canceled unconfirmed received");

    [Fact]
    public void TryMove_NotAllowed_ChangesNothing()
    {
        Message message = Message.Create(Head(), MessageState.Delivered, EventKind.Delivered);

        message.TryMove(MessageState.Failed, 5, EventKind.Failed).ShouldBeNull();

        (message.State, message.Events.Count).ShouldBe((MessageState.Delivered, 1));
    }

    [Fact]
    public void Note_ClockStepsBack_TimelineDoesNot()
    {
        Message message = Message.Create(Head() with { CreatedAt = 1000 }, MessageState.Queued, EventKind.Accepted);

        message.Note(10, EventKind.ReceiptNoted).At.ShouldBe(1000);
        message.UpdatedAt.ShouldBe(1000);
    }

    [Fact]
    public void Note_WithoutEnd_KeepsTheFirstAndTheLastAndTheNumbersRise()
    {
        Message message = Message.Create(Head(), MessageState.Queued, EventKind.Accepted);
        for (int i = 0; i < 1000; i++) message.Note(i, EventKind.ReceiptNoted);

        message.Events.Count.ShouldBe(120);
        (message.Events[0].Number, message.Events[^1].Number).ShouldBe((1, 1001));
        message.Events.Select(entry => entry.Number).ShouldBe(message.Events.Select(entry => entry.Number).Distinct().Order());
    }

    [Fact]
    public void Documentation_StatesPage_SaysWhatTheTableSays()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "message-states.md")).ReplaceLineEndings("\n");
        int start = page.IndexOf("| from \\ to |", StringComparison.Ordinal);

        start.ShouldBeGreaterThan(0, "docs/message-states.md has no table.");
        string table = page[start..(page.IndexOf("\n\n", start, StringComparison.Ordinal) + 1)];
        table.ShouldBe(Table(), "Put this table into docs/message-states.md.");
        foreach (MessageState state in All) page.ShouldContain($"| `{StateNames.Of(state)}` |");
    }

    private static string Table()
    {
        var text = new StringBuilder("| from \\ to |");
        foreach (MessageState to in All) text.Append($" {StateNames.Of(to)} |");
        text.Append("\n|---|").Append(string.Concat(All.Select(_ => ":-:|"))).Append('\n');
        foreach (MessageState from in All)
        {
            text.Append($"| {(MessageTransitions.IsFinal(from) ? $"**{StateNames.Of(from)}**" : StateNames.Of(from))} |");
            foreach (MessageState to in All) text.Append(MessageTransitions.IsAllowed(from, to) ? " ● |" : " |");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static MessageHead Head() =>
        new() { Id = new(1, 1), AccountSid = "AC", From = "+15550001000", To = "+15551230001", Body = "x" };
}
