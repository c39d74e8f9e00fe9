using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine;

/// <summary>
/// The operator's door to the connections. A wish is checked and begun at once; what takes time goes on behind it, and
/// <see cref="Connections"/> tells how far it is. Every change lasts until the process ends: the configuration file is the record.
/// </summary>
public interface IConnectionControl
{
    /// <summary>What each connection is doing.</summary>
    IReadOnlyList<ConnectionStatus> Connections();

    /// <summary>Options of every connection as they are now.</summary>
    IReadOnlyList<ConnectionOptions> ConnectionOptions();

    /// <summary>
    /// Keys of the newest messages of which a segment is known by this id at a carrier of one of the connections there are, in any form in which carriers write
    /// ids. Null when the journal cannot answer now.
    /// </summary>
    ValueTask<IReadOnlyList<long>?> FindByVendorIdAsync(string vendorId);

    /// <summary>What waits for connections: of one account, or of all when it is null.</summary>
    IReadOnlyList<QueueStatus> Queues(string? accountSid);

    /// <summary>Adds a connection and binds it.</summary>
    /// <param name="place">Place in the default route, from 1; null for the last, or for none when it cannot send.</param>
    ControlResult AddConnection(ConnectionOptions options, int? place);

    /// <summary>Gives a connection other options: new binds come up, traffic moves to them, the old ones drain.</summary>
    /// <param name="place">Its new place in the default route, from 1; null leaves it where it is.</param>
    ControlResult ChangeConnection(ConnectionOptions options, int? place);

    /// <summary>Takes a connection out; it drains, and what waits for it goes to other candidates.</summary>
    ControlResult RemoveConnection(string name);

    /// <summary>Sends nothing new; sessions stay bound and receipts come. What waits goes to the next candidates.</summary>
    ControlResult PauseConnection(string name);

    /// <summary>Caps what is sent to it, below the rate of its options.</summary>
    /// <param name="rate">Segments a second; 0 takes the cap away.</param>
    ControlResult CapConnection(string name, double rate);

    /// <summary>Ends a pause.</summary>
    ControlResult ResumeConnection(string name);

    /// <summary>Sends nothing new, waits for what is in flight, then unbinds and is stopped.</summary>
    ControlResult DrainConnection(string name);

    /// <summary>Unbinds now: answers are waited for 10 s at most, and what has none then is unknown.</summary>
    ControlResult StopConnection(string name);

    /// <summary>Unbinds and binds anew, also after a stop, a drain, or refusals that had ended the tries to bind.</summary>
    ControlResult RestartConnection(string name);
}
