using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

public sealed partial class SmppSession
{
    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Debug, "{Session}: closed, {Reason} ({Detail}), {Unanswered} requests unanswered.")]
        public static partial void Closed(ILogger logger, string session, SmppCloseReason reason, string? detail, int unanswered);

        [LoggerMessage(1001, LogLevel.Debug,
            "{Session}: response 0x{CommandId:X8}, number {SequenceNumber}, answers nothing outstanding.")]
        public static partial void UnknownResponse(ILogger logger, string session, uint commandId, uint sequenceNumber);

        [LoggerMessage(1002, LogLevel.Debug, "{Session}: request 0x{CommandId:X8} is not served.")]
        public static partial void UnknownRequest(ILogger logger, string session, uint commandId);

        [LoggerMessage(1003, LogLevel.Debug, "{Session}: an outbind that was not waited for is ignored.")]
        public static partial void OutbindIgnored(ILogger logger, string session);

        [LoggerMessage(1004, LogLevel.Error, "{Session}: the handler of the session failed.")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string session);

        [LoggerMessage(1005, LogLevel.Debug, "{Session}: the wait for an orderly close ended early.")]
        public static partial void CloseWaitEnded(ILogger logger, string session);

        [LoggerMessage(1006, LogLevel.Debug, "{Session}: the socket was gone before its shutdown: {Why}")]
        public static partial void SocketGone(ILogger logger, string session, string why);
    }
}
