namespace Crosspoint.Engine.Stores;

/// <summary>Kinds of records about health.</summary>
public static class HealthKinds
{
    public const string Incident = "incident";
    public const string Alert = "alert";
    public const string Silence = "silence";
}
