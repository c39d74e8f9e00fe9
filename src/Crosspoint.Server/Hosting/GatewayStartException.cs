namespace Crosspoint.Server.Hosting;

/// <summary>The gateway cannot start here: its store or its port cannot be had. The message is for the operator.</summary>
public sealed class GatewayStartException(string message, Exception? innerException = null) : Exception(message, innerException);
