using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Vendors;

/// <summary>What the operator knows of a connection that routing asks for. By default nothing is ruled out, and nothing promised.</summary>
public sealed record ConnectionCapabilities
{
    public static ConnectionCapabilities Default { get; } = new();

    /// <summary>Its receipts tell what became of a message.</summary>
    public bool Receipts { get; init; } = true;

    /// <summary>Its carrier hands messages to the recipient's network itself.</summary>
    public bool Direct { get; init; }

    /// <summary>ISO 3166-1 codes of the countries for which its path is licensed there.</summary>
    public IReadOnlyList<string> Licensed { get; init; } = [];

    /// <summary>The kinds of sender that it carries; null for all.</summary>
    public IReadOnlyList<SenderKind>? SenderTypes { get; init; }

    /// <summary>Segments a second that were agreed on; 0 when nothing is known. Splits without shares go by it.</summary>
    public double Capacity { get; init; }

    /// <summary>It takes copies alone, and no message of its own.</summary>
    public bool IsTest { get; init; }

    public bool Carries(SenderKind kind)
    {
        if (SenderTypes is null) return true;
        for (int i = 0; i < SenderTypes.Count; i++)
        {
            if (SenderTypes[i] == kind) return true;
        }

        return false;
    }

    public bool IsLicensedIn(string country)
    {
        for (int i = 0; i < Licensed.Count; i++)
        {
            if (Licensed[i] == country) return true;
        }

        return false;
    }
}
