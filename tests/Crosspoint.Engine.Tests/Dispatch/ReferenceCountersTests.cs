using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class ReferenceCountersTests
{
    [Fact]
    public void Next_OneHandset_AllSixteenBitsComeBeforeOneComesAgain()
    {
        var counters = new ReferenceCounters();
        var head = new MessageHead { Id = new(1, 1), AccountSid = "AC", From = "12345", To = "+15551230001", Body = "x", SegmentCount = 2 };
        var seen = new HashSet<ushort>();

        for (int i = 0; i < 65_536; i++) seen.Add(counters.Next(head)).ShouldBeTrue();

        seen.Contains(counters.Next(head)).ShouldBeTrue();
    }
}
