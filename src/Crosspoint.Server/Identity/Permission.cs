namespace Crosspoint.Server.Identity;

/// <summary>
/// What may be done with a group of endpoints. Every endpoint names its own, and <see cref="Roles"/> says who has which: the same table as in
/// docs/console.md.
/// </summary>
internal enum Permission
{
    /// <summary>Messages one by one, their timelines and reasons, events, queues, batches, the state of accounts, look-ups.</summary>
    ReadTraffic,

    /// <summary>Numbers and bodies whole. No endpoint asks for it: without it they are masked.</summary>
    SeeContent,

    /// <summary>Pause, resume, pace and cancel batches and accounts.</summary>
    ManageTraffic,

    /// <summary>Connections, health, incidents, alerts, silences, notifiers, experiments.</summary>
    ReadOperation,

    ManageOperation,

    /// <summary>What is learned of delivery, and the weekly review.</summary>
    ReadReports,

    ReadRouting,

    ManageRouting,

    /// <summary>Accounts with their keys and credentials for binds, and what webhooks of them came to.</summary>
    ReadAccounts,

    /// <summary>Make, change and disable accounts; keys and credentials of all; retry, replay, test and switch webhooks.</summary>
    ManageAccounts,

    /// <summary>Rate decks, currencies, fees, sell prices.</summary>
    ReadRates,

    ManageRates,

    /// <summary>Who changed what.</summary>
    ReadAudit,

    /// <summary>Users, their sessions, and the record of them.</summary>
    ReadUsers,

    ManageUsers,

    /// <summary>The account's own API: what it reads.</summary>
    ReadAccount,

    /// <summary>The account's own API: what it sends and changes.</summary>
    ChangeAccount,

    /// <summary>The account's own API: its secrets. They are for its credentials alone.</summary>
    ReadAccountSecrets,
}
