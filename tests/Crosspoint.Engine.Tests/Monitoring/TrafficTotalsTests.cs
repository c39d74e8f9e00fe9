using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Monitoring;

public sealed class TrafficTotalsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Add_CountsSinceTheStartAndTheDayAlone()
    {
        var totals = new TrafficTotals(_time);
        long start = _time.GetUtcMicros();
        totals.TodaySince.ShouldBe(start);
        for (int i = 0; i < 3; i++) totals.Add(TrafficCount.Accepted);
        (totals.All(TrafficCount.Accepted), totals.Today(TrafficCount.Accepted)).ShouldBe((3, 3));

        _time.Advance(TimeSpan.FromDays(1));
        totals.Today(TrafficCount.Accepted).ShouldBe(0);
        totals.Add(TrafficCount.Accepted);
        (totals.All(TrafficCount.Accepted), totals.Today(TrafficCount.Accepted)).ShouldBe((4, 1));
        Micros.ToInstant(totals.TodaySince).TimeOfDay.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(MessageState.Sent, TrafficCount.Sent)]
    [InlineData(MessageState.Delivered, TrafficCount.Delivered)]
    [InlineData(MessageState.Undelivered, TrafficCount.NotDelivered)]
    [InlineData(MessageState.Failed, TrafficCount.NotDelivered)]
    [InlineData(MessageState.Expired, TrafficCount.NotDelivered)]
    [InlineData(MessageState.Received, TrafficCount.Received)]
    [InlineData(MessageState.Queued, null)]
    [InlineData(MessageState.Canceled, null)]
    public void Reached_CountsTheStatesThatAreWatched(MessageState state, TrafficCount? kind)
    {
        var totals = new TrafficTotals(_time);
        totals.Reached(state);
        foreach (TrafficCount any in Enum.GetValues<TrafficCount>()) totals.All(any).ShouldBe(any == kind ? 1 : 0);
    }
}
