using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookRoomTests
{
    [Fact]
    public void ShareOf_HoldersAndANewcomer_DividesAmongAll()
    {
        var room = new WebhookRoom(90);
        room.ShareOf(0).ShouldBe(90);
        var first = new WebhookShare(null);
        var second = new WebhookShare(null);
        room.Change(first, 60);
        room.Change(second, 30);
        room.Largest().ShouldBe(first);
        room.Free.ShouldBe(0);
        room.ShareOf(first.Held).ShouldBe(45);
        room.ShareOf(0).ShouldBe(30);
        room.MostFor(second.Held).ShouldBe(45);
        room.Change(first, -60);
        first.Held.ShouldBe(0);
        room.Largest().ShouldBe(second);
        room.Free.ShouldBe(60);
        room.ShareOf(second.Held).ShouldBe(90);
        room.MostFor(second.Held).ShouldBe(90);
    }
}
