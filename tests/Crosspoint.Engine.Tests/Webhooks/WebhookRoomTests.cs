using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookRoomTests
{
    [Fact]
    public void ShareOf_HoldersAndANewcomer_DividesAmongAll()
    {
        var room = new WebhookRoom(90);
        room.ShareOf(0).ShouldBe(90);
        int first = room.Change(0, 60);
        int second = room.Change(0, 30);
        room.Free.ShouldBe(0);
        room.ShareOf(first).ShouldBe(45);
        room.ShareOf(0).ShouldBe(30);
        room.MostFor(second).ShouldBe(45);
        room.Change(first, -60).ShouldBe(0);
        room.Free.ShouldBe(60);
        room.ShareOf(second).ShouldBe(90);
        room.MostFor(second).ShouldBe(90);
    }
}
