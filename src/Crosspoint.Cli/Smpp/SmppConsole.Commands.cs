using System.Globalization;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Explain;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Cli.Smpp;

internal sealed partial class SmppConsole
{
    private const string Help = """
        submit [options] FROM TO TEXT…    send a message; GSM 7-bit where it holds the text, else UCS-2; long texts are cut
            --dcs N                       data_coding; the text is then written so, in hex for binary
            --registered N                registered_delivery; 1, a receipt on success and failure, when not said
            --udh HEX                     a user data header of your own, its length octet included
            --validity T, --schedule T    30s, 15m, 2h, 1d, or a time of SMPP (YYMMDDhhmmsstnnp)
            --long udh|sar|payload        how a long text is carried; udh when not said
        query ID [FROM]                   query_sm; last stands for the message_id that came last
        cancel ID FROM TO                 cancel_sm
        replace ID FROM TEXT…             replace_sm
        enquire                           enquire_link
        raw HEX                           send any octets, sound PDU or not
        wait SECONDS                      wait so long
        wait receipts N [SECONDS]         wait until N receipts have come since the bind, at most 30 seconds when not said
        stats                             count PDUs and receipts
        quit                              unbind and end
        """;

    private static readonly TimeSpan EnquireLimit = TimeSpan.FromSeconds(10);

    private static readonly string[] SubmitOptions = ["--dcs", "--registered", "--udh", "--validity", "--schedule", "--long"];

    // Beside the numbers of the session, which count from 1.
    private uint _ownSequence = 0x7000_0000;
    private ushort _reference;
    private string _lastId = "";

    private async Task ReadCommandsAsync(TextReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_isInteractive) _wire.Prompt();
            Task<string?> reading = Task.Run(input.ReadLine, cancellationToken);
            await Task.WhenAny(reading, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_ended.Task.IsCompleted) return;
            string? line = await reading.ConfigureAwait(false);
            if (line is null) return;
            var words = new ConsoleWords(line);
            string? verb = words.Next();
            if (verb is null || verb.StartsWith('#')) continue;
            if (verb is "quit" or "exit") return;
            string? wrong = await DoAsync(verb, words, cancellationToken).ConfigureAwait(false);
            if (wrong is not null) _wire.Line($"? {wrong}");
            if (_ended.Task.IsCompleted) return;
        }
    }

    // Gives what is wrong with the command; null for nothing.
    private async Task<string?> DoAsync(string verb, ConsoleWords words, CancellationToken cancellationToken)
    {
        switch (verb)
        {
            case "submit":
                return await SubmitAsync(words, cancellationToken).ConfigureAwait(false);
            case "query":
                if (words.Next() is not { } queried) return "query ID [FROM]";
                return await AskAsync(CommandId.QuerySm, Bodies.Query(IdOf(queried), words.Next() ?? ""),
                    cancellationToken).ConfigureAwait(false);
            case "cancel":
                if (words.Next() is not { } cancelled || words.Next() is not { } from || words.Next() is not { } to)
                    return "cancel ID FROM TO";
                return await AskAsync(CommandId.CancelSm, Bodies.Cancel(IdOf(cancelled), from, to),
                    cancellationToken).ConfigureAwait(false);
            case "replace":
                if (words.Next() is not { } replaced || words.Next() is not { } sender || words.IsAtEnd) return "replace ID FROM TEXT…";
                return await AskAsync(
                    CommandId.ReplaceSm, Bodies.Replace(IdOf(replaced), sender, words.Rest()), cancellationToken).ConfigureAwait(false);
            case "enquire":
                return await EnquireAsync(cancellationToken).ConfigureAwait(false);
            case "raw":
                if (!HexInput.TryParse(words.Rest(), out byte[] octets, out string error)) return error;
                if (octets.Length == 0) return "raw HEX";
                return await SendRawAsync(octets, cancellationToken).ConfigureAwait(false);
            case "wait":
                return await WaitAsync(words, cancellationToken).ConfigureAwait(false);
            case "stats":
                WriteStats();
                return null;
            case "help":
                _wire.Line(Help);
                return null;
            default:
                return $"'{verb}' is no command; help shows them";
        }
    }

    private string IdOf(string word) => word == "last" ? _lastId : word;

    private async Task<string?> SubmitAsync(ConsoleWords words, CancellationToken cancellationToken)
    {
        const string Usage = "submit [--dcs N] [--registered N] [--udh HEX] [--validity T] [--schedule T] [--long udh|sar|payload] FROM TO TEXT…";
        var options = new Dictionary<string, string>();
        string? wrong = words.TakeOptions(SubmitOptions, options);
        string? from = words.Next();
        wrong ??= words.TakeOptions(SubmitOptions, options);
        string? to = words.Next();
        wrong ??= words.TakeOptions(SubmitOptions, options);
        if (wrong is not null) return wrong;
        if (from is null || to is null || words.IsAtEnd) return Usage;
        if (!Submission.TryCreate(from, to, words.Rest(), options, ++_reference, out Submission? submission,
            out string error)) return error;
        foreach (SubmitPart part in submission.Parts)
        {
            TaskCompletionSource<Answer?> answered = NewAnswer();
            SmppSession? session = _client.Session;
            if (session is null || !session.TryReserve(1)) return "the session takes no message now";
            SendResult sent = submission.Send(session, part, answered);
            if (sent != SendResult.Sent) return Refused(sent);
            Answer? answer = await answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (answer is null) return null;
            if (answer.Header.CommandStatus == CommandStatus.Ok && SubmitSmResp.TryRead(answer.Body, out SubmitSmResp response).IsOk)
            {
                _lastId = Encoding.Latin1.GetString(response.MessageId);
            }
        }

        return null;
    }

    private async Task<string?> AskAsync(CommandId operation, byte[]? body, CancellationToken cancellationToken)
    {
        if (body is null) return "a field is longer than the standard allows, or cannot be written";
        TaskCompletionSource<Answer?> answered = NewAnswer();
        SendResult sent = _client.Session?.Request(operation, body, answered, useWindow: false) ?? SendResult.NotSent;
        if (sent != SendResult.Sent) return Refused(sent);
        await answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task<string?> EnquireAsync(CancellationToken cancellationToken)
    {
        var pdu = new byte[PduHeader.Bytes];
        uint sequence = ++_ownSequence;
        EnquireLink.TryWrite(pdu, sequence);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnReceived(PduHeader header)
        {
            if (header.SequenceNumber == sequence) answered.TrySetResult();
        }

        _wire.Received += OnReceived;
        try
        {
            string? wrong = await SendRawAsync(pdu, cancellationToken).ConfigureAwait(false);
            if (wrong is not null) return wrong;
            Task limit = Task.Delay(EnquireLimit, _time, cancellationToken);
            Task first = await Task.WhenAny(answered.Task, _ended.Task, limit).ConfigureAwait(false);
            if (first == limit && !cancellationToken.IsCancellationRequested) _wire.Note("no answer came in time");
            return null;
        }
        finally
        {
            _wire.Received -= OnReceived;
        }
    }

    private async Task<string?> SendRawAsync(byte[] octets, CancellationToken cancellationToken)
    {
        try
        {
            await _wire.SendAsync(octets, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return $"not sent: {exception.Message}";
        }
    }

    private async Task<string?> WaitAsync(ConsoleWords words, CancellationToken cancellationToken)
    {
        const string Usage = "wait SECONDS, or wait receipts N [SECONDS]";
        string? first = words.Next();
        if (first == "receipts")
        {
            if (!int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return Usage;
            var most = 30.0;
            if (words.Next() is { } limit && !TrySeconds(limit, out most)) return Usage;
            return await WaitForReceiptsAsync(count, TimeSpan.FromSeconds(most), cancellationToken).ConfigureAwait(false);
        }

        if (!TrySeconds(first, out double seconds)) return Usage;
        Task delay = Task.Delay(TimeSpan.FromSeconds(seconds), _time, cancellationToken);
        await Task.WhenAny(delay, _ended.Task).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    private async Task<string?> WaitForReceiptsAsync(int count, TimeSpan most, CancellationToken cancellationToken)
    {
        Task limit = Task.Delay(most, _time, cancellationToken);
        while (true)
        {
            Task next;
            int came;
            lock (_gate)
            {
                came = _receiptCount;
                next = _nextReceipt.Task;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (came >= count || _ended.Task.IsCompleted) return null;
            if (limit.IsCompleted)
            {
                _wire.Note($"{came} of {count} receipts came in {most.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
                return null;
            }

            await Task.WhenAny(next, limit, _ended.Task).ConfigureAwait(false);
        }
    }

    private void WriteStats()
    {
        _wire.WriteCounts();
        lock (_gate)
        {
            string receipts = _receiptCount == 0 ? "none" : string.Join(", ", _receipts.Select(pair => $"{pair.Key} {pair.Value}"));
            _wire.Line($"receipts: {receipts}");
        }
    }

    private static bool TrySeconds(string? word, out double seconds) =>
        double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds) && seconds <= 86_400;

    private static TaskCompletionSource<Answer?> NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Refused(SendResult result) => result == SendResult.NotEncodable
        ? "not sent: a field is longer than the standard allows, or the peer's version does not know it"
        : "not sent: this bind does not allow it, or the session ends";
}
