using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Support;

/// <summary>Two connections that show whatever fault they are given.</summary>
internal sealed class FakeFaultTarget : IFaultTarget
{
    public ConnectionOptions? FindConnection(string name) => name is not ("north-1" or "south-1") ? null : new()
    {
        Name = name,
        Vendor = "north",
        Group = name,
        Smpp = new() { Host = "127.0.0.1", Port = 1, SystemId = "cp", Password = "cp", ResponseTimeout = TimeSpan.FromSeconds(10) },
    };

    public bool TryInject(string connection, InjectedFault? fault) => true;

    public bool HasAlternative(MessageHead head, string connection) => true;

    public bool HasOther(string connection) => connection != "south-1";

    public Destination DestinationOf(MessageHead head) => new(default, "DE", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None);
}
