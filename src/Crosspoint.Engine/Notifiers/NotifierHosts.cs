using System.Net;

namespace Crosspoint.Engine.Notifiers;

/// <summary>Looks names up so that a resolver which hangs costs its caller's own time alone.</summary>
internal static class NotifierHosts
{
    public static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];

        // The system's resolver blocks and takes no notice of tokens: it is left behind, on a thread that is not the pool's.
        Task<IPAddress[]> lookUp = Task.Factory.StartNew(
            () => Dns.GetHostAddresses(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await lookUp.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
