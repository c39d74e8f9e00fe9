using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Customers;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Hosting;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.SmppListener;

/// <summary>
/// The message centre that customers bind to: their submissions go through the same intake as HTTP's and are answered after the commit;
/// what they are owed comes from the <see cref="CustomerOutbox"/>.
/// </summary>
internal sealed partial class CustomerListener : ISmppServerHandler, IAsyncDisposable
{
    private static readonly TimeSpan UnbindMayTake = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswersMayTake = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerStep = TimeSpan.FromMilliseconds(10);

    private readonly AccountDirectory _accounts;
    private readonly IIntake _intake;
    private readonly CustomerOutbox _outbox;
    private readonly SubmitReader _reader;
    private readonly MessageOperations _operations;
    private readonly BindGuard _guard;
    private readonly ConcurrentDictionary<string, SystemIdState> _systemIds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SmppSession, CustomerSession> _bound = [];
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SmppServer _server;
    private int _unanswered;
    private volatile bool _isDraining;

    public CustomerListener(SmppListenerOptions options, Gateway gateway, TimeProvider time, ILoggerFactory loggers)
    {
        _accounts = gateway.Accounts;
        _intake = gateway.Intake;
        _outbox = gateway.Customers;
        _time = time;
        _logger = loggers.CreateLogger<CustomerListener>();
        _reader = new SubmitReader(options.Tlvs, time);
        _operations = new MessageOperations(gateway.Intake, gateway.Messages, _reader, time);
        _guard = new BindGuard(time);
        _accounts.Changed += TakeAccounts;
        var server = new SmppServerOptions
        {
            Listen = options.Listen,
            SystemId = options.SystemId,
            EnquireLinkInterval = options.EnquireLink,
            EnquireLinkTimeout = options.EnquireLinkTimeout,
            ResponseTimeout = options.ResponseTimeout,
            SessionInitTimeout = options.SessionInitTimeout,
            InactivityTimeout = options.InactivityTimeout,
            MaxConnections = options.MaxConnections,
            MaxConnectionsPerAddress = options.MaxConnectionsPerAddress,
            InterfaceVersion = options.InterfaceVersion,
            TrustedProxies = options.TrustedProxies,
            SecureTls = options.Tls is null ? null : Secure(options.Tls, time),
        };
        _server = new SmppServer(server, this, time, _logger);
    }

    public IPEndPoint EndPoint => _server.EndPoint;

    public void Start() => _server.Start();

    /// <summary>
    /// Drains: no new connections, requests under way are answered, what was delivered is waited for, then every session is unbound.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        long from = _time.GetTimestamp();
        while (Volatile.Read(ref _unanswered) > 0 && _time.GetElapsedTime(from) < AnswersMayTake && !cancellationToken.IsCancellationRequested)
            await Task.Delay(AnswerStep, _time, CancellationToken.None).ConfigureAwait(false);
        await _server.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _accounts.Changed -= TakeAccounts;
        await _server.DisposeAsync().ConfigureAwait(false);
        _operations.Dispose();
    }

    public async ValueTask<BindDecision> AuthenticateAsync(
        SmppSession session, BindCredentials credentials, CancellationToken cancellationToken)
    {
        IPAddress address = (credentials.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        BindVerdict verdict = _guard.Before(address, credentials.SystemId);

        // One and the same status for everything about who it is: a guesser learns nothing from it. RINVPASWD is what clients expect.
        var refused = new BindDecision(CommandStatus.InvalidPassword, 0);
        SmppLogin? login = verdict.IsLocked ? null : _accounts.AuthenticateSmpp(credentials.SystemId, credentials.Password);
        if (login is null || !IsAllowed(login.Credential, address))
        {
            bool locks = !verdict.IsLocked && _guard.Failed(address, credentials.SystemId);
            if (locks) Log.LockedOut(_logger, address, BindGuard.LockedFor.TotalMinutes);
            if (login is not null) Log.NotAllowed(_logger, credentials.SystemId, address);
            if (verdict.Delay > TimeSpan.Zero) await Task.Delay(verdict.Delay, _time, cancellationToken).ConfigureAwait(false);
            return refused;
        }

        _guard.Succeeded(address, credentials.SystemId);
        if (_isDraining) return new(CommandStatus.SystemError, 0);
        AllowedBinds kind = credentials.Operation switch
        {
            CommandId.BindTransmitter => AllowedBinds.Transmitter,
            CommandId.BindReceiver => AllowedBinds.Receiver,
            _ => AllowedBinds.Transceiver,
        };
        SystemIdState shared = _systemIds.GetOrAdd(
            credentials.SystemId, static (_, made) => new(made.Credential, made.Time), (login.Credential, Time: _time));
        if ((login.Credential.Binds & kind) == 0)
        {
            Log.BindRefused(_logger, credentials.SystemId, "it may not bind so");
            return new(CommandStatus.BindFailed, 0);
        }

        if (!shared.TryEnter())
        {
            Log.BindRefused(_logger, credentials.SystemId, "it has all the binds that it may have");
            return new(CommandStatus.BindFailed, 0);
        }

        session.Tag = new CustomerSession(login, shared, _time.GetUtcNow());
        return new(CommandStatus.Ok, login.Credential.DeliverWindow);
    }

    public void OnBound(SmppSession session)
    {
        var customer = (CustomerSession)session.Tag!;
        Log.Bound(_logger, customer.Login.Credential.SystemId, session.RemoteEndPoint, session.State);
        if (session.State is SmppSessionState.BoundRx or SmppSessionState.BoundTrx)
            _outbox.Attach(customer.Login.Credential.SystemId, session);

        // What changed between its credentials were right and now was not told to it.
        _bound[session] = customer;
        TakeLogin(session, customer);
    }

    /// <summary>Who is bound with a system_id, the longest first.</summary>
    public IReadOnlyList<CustomerBind> BindsOf(string systemId) =>
    [
        .. _bound.Where(pair => pair.Value.Login.Credential.SystemId == systemId).OrderBy(static pair => pair.Value.BoundAt).Select(static pair => new CustomerBind(
            pair.Key.RemoteEndPoint?.ToString() ?? "",
            pair.Key.State switch
            {
                SmppSessionState.BoundTx => "transmitter",
                SmppSessionState.BoundRx => "receiver",
                _ => "transceiver",
            },
            pair.Value.BoundAt, pair.Value.Unanswered)),
    ];

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        var customer = (CustomerSession)session.Tag!;
        switch (header.CommandId)
        {
            case CommandId.SubmitSm or CommandId.DataSm or CommandId.SubmitMulti or CommandId.QuerySm or CommandId.CancelSm
                or CommandId.ReplaceSm:
                break;
            case CommandId.AlertNotification:
                return;
            default:
                session.Respond(header, CommandStatus.InvalidCommandId, default);
                return;
        }

        if (!customer.TryBegin())
        {
            session.Respond(header, CommandStatus.Throttled, default);
            return;
        }

        Interlocked.Increment(ref _unanswered);
        CommandStatus status;
        try
        {
            status = Begin(session, customer, header, body);
        }
        catch (Exception e)
        {
            Log.Failed(_logger, e, customer.Login.Credential.SystemId);
            status = CommandStatus.SystemError;
        }

        if (status != CommandStatus.Ok) End(session, customer, header, new(status));
    }

    public void OnResponse(
        SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
    {
        if (state is not BindJob job) return;
        bool isNack = header.CommandId == CommandId.GenericNack && header.CommandStatus == CommandStatus.Ok;
        _outbox.Answered(job, isNack ? CommandStatus.InvalidCommandId : header.CommandStatus, late);
    }

    public void OnTimeout(SmppSession session, object? state)
    {
        if (state is BindJob job) _outbox.TimedOut(job);
    }

    public void OnWindowOpened(SmppSession session) => _outbox.WindowOpened(((CustomerSession)session.Tag!).Login.Credential.SystemId);

    public void OnUnbound(SmppSession session) =>
        _outbox.Detach(((CustomerSession)session.Tag!).Login.Credential.SystemId, session);

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
    {
        if (session.Tag is not CustomerSession customer) return;
        string systemId = customer.Login.Credential.SystemId;
        _outbox.Detach(systemId, session);
        _bound.TryRemove(session, out _);
        customer.Shared.Leave();
        foreach (object? state in unanswered)
        {
            if (state is BindJob job) _outbox.Lost(job);
        }

        Log.Closed(_logger, systemId, session.RemoteEndPoint, reason);
    }

    private void TakeAccounts()
    {
        foreach (SmppLogin login in _accounts.SmppLogins)
        {
            if (_systemIds.TryGetValue(login.Credential.SystemId, out SystemIdState? shared)) shared.Take(login.Credential);
        }

        foreach ((SmppSession session, CustomerSession customer) in _bound) TakeLogin(session, customer);
    }

    // A bind whose credentials are revoked, have another password or another owner, or may not be used so any more, is unbound.
    private void TakeLogin(SmppSession session, CustomerSession customer)
    {
        SmppLogin before = customer.Login;
        string systemId = before.Credential.SystemId;
        SmppLogin? now = _accounts.FindSmpp(systemId);
        if (now is not null && now.Account.Sid == before.Account.Sid && now.Credential.Password == before.Credential.Password)
        {
            customer.Login = now;
            return;
        }

        Log.Revoked(_logger, systemId, session.RemoteEndPoint);
        _ = session.CloseAsync(UnbindMayTake, CancellationToken.None);
    }

    private static bool IsAllowed(SmppCredential credential, IPAddress address)
    {
        if (credential.AllowFrom.Count == 0) return true;
        foreach (IPNetwork network in credential.AllowFrom)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }

    private SmppServerTls Secure(SmppTlsOptions options, TimeProvider time)
    {
        var files = new CertificateFiles(options.Certificate, options.Key, time, _logger);
        X509Certificate2Collection? issuers = null;
        if (options.ClientIssuers is { } file)
        {
            issuers = [];
            try
            {
                issuers.ImportFromPemFile(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new GatewayStartException($"smpp.tls.client_ca: {file} cannot be read: {error.Message}", error);
            }
        }

        return new() { Certificate = files.Current, ClientCertificates = options.ClientCertificates, ClientIssuers = issuers };
    }

    private static CommandStatus StatusOf(IntakeError error, bool isDraining) => error switch
    {
        IntakeError.None => CommandStatus.Ok,
        IntakeError.ToMissing or IntakeError.ToInvalid => CommandStatus.InvalidDestinationAddress,
        IntakeError.FromMissing or IntakeError.FromInvalid or IntakeError.FromNotOwned => CommandStatus.InvalidSourceAddress,
        IntakeError.BodyMissing or IntakeError.BodyTooLong => CommandStatus.InvalidMessageLength,
        IntakeError.ScheduleInvalid => CommandStatus.InvalidScheduleTime,
        IntakeError.ValidityInvalid => CommandStatus.InvalidExpiryTime,
        IntakeError.Overloaded or IntakeError.Throttled => CommandStatus.Throttled,
        IntakeError.StoreUnavailable => isDraining ? CommandStatus.SystemError : CommandStatus.MessageQueueFull,
        _ => CommandStatus.SubmitFailed,
    };

    // Ok: the answer follows. Anything else: it is this.
    private CommandStatus Begin(SmppSession session, CustomerSession customer, in PduHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.CommandId)
        {
            case CommandId.SubmitSm:
                DecodeResult result = SubmitSm.TryRead(body, out SubmitSm submit);
                return result.IsOk ? BeginSubmit(session, customer, header, SubmitFields.Of(submit)) : result.Status;
            case CommandId.DataSm:
                result = DataSm.TryRead(body, out DataSm data);
                return result.IsOk ? BeginSubmit(session, customer, header, SubmitFields.Of(data)) : result.Status;
            case CommandId.SubmitMulti:
                result = SubmitMulti.TryRead(body, out SubmitMulti multi);
                return result.IsOk ? BeginMulti(session, customer, header, multi) : result.Status;
            case CommandId.QuerySm:
                result = QuerySm.TryRead(body, out QuerySm query);
                if (!result.IsOk) return result.Status;
                MessageOperations.Query asked = MessageOperations.ReadQuery(query.MessageId, query.SourceAddr);
                _ = AnswerAsync(session, customer, header, QueryAsync(customer.Login, asked));
                return CommandStatus.Ok;
            case CommandId.CancelSm:
                result = CancelSm.TryRead(body, out CancelSm cancel);
                return result.IsOk ? BeginCancel(session, customer, header, cancel) : result.Status;
            default:
                result = ReplaceSm.TryRead(body, out ReplaceSm replace);
                if (!result.IsOk) return result.Status;
                CommandStatus status = _operations.ReadReplace(replace, out MessageOperations.ReplaceQuery replacement);
                if (status != CommandStatus.Ok) return status;
                _ = AnswerAsync(session, customer, header, AsAnswerAsync(_operations.ReplaceAsync(customer.Login, replacement)));
                return CommandStatus.Ok;
        }
    }

    private CommandStatus BeginSubmit(SmppSession session, CustomerSession customer, in PduHeader header, scoped in SubmitFields fields)
    {
        CommandStatus status = _reader.Read(customer.Login, fields, out Submission? submission);
        if (status != CommandStatus.Ok) return status;
        if (!customer.Shared.Rate.TryTake(submission!.Segments)) return CommandStatus.Throttled;
        _ = AnswerAsync(session, customer, header, SubmitAsync(customer.Login, submission));
        return CommandStatus.Ok;
    }

    private CommandStatus BeginMulti(SmppSession session, CustomerSession customer, in PduHeader header, in SubmitMulti multi)
    {
        var submissions = new List<Submission>(multi.Destinations.Count);
        var refused = new List<(SubmitAddress Address, CommandStatus Status)>();
        SubmitFields fields = SubmitFields.Of(multi);
        int segments = 0;
        foreach (MultiDestination destination in multi.Destinations)
        {
            if (destination.IsDistributionList)
            {
                // Distribution lists are kept nowhere here.
                refused.Add((new(0, 0, Encoding.Latin1.GetString(destination.DistributionList)), CommandStatus.InvalidDistributionListName));
                continue;
            }

            fields.Destination = destination.Address;
            CommandStatus status = _reader.Read(customer.Login, fields, out Submission? submission);
            bool isAboutTheNumber = status is CommandStatus.InvalidDestinationAddress or CommandStatus.InvalidDestinationTon;
            if (isAboutTheNumber)
            {
                refused.Add((SubmitReader.AddressOf(destination.Address), status));
                continue;
            }

            if (status != CommandStatus.Ok) return status;

            // The parts of one message to several recipients would be several messages of several parts under one id.
            if (submission!.PartKey is not null) return CommandStatus.InvalidEsmClass;
            if (submission.ReplacesPending) return CommandStatus.InvalidSubmitWithReplace;
            segments += submission.Segments;
            submissions.Add(submission);
        }

        if (submissions.Count > 0 && !customer.Shared.Rate.TryTake(segments)) return CommandStatus.Throttled;
        _ = AnswerAsync(session, customer, header, SubmitMultiAsync(customer.Login, submissions, refused));
        return CommandStatus.Ok;
    }

    private CommandStatus BeginCancel(SmppSession session, CustomerSession customer, in PduHeader header, in CancelSm cancel)
    {
        bool hasDestination = !cancel.DestinationAddr.Digits.IsEmpty;
        string to = "";
        if (hasDestination)
        {
            CommandStatus status = SubmitReader.ReadDestination(cancel.DestinationAddr, out to);
            if (status != CommandStatus.Ok) return status;
        }

        MessageOperations.Query query = MessageOperations.ReadQuery(cancel.MessageId, cancel.SourceAddr);
        string serviceType = Encoding.Latin1.GetString(cancel.ServiceType);
        _ = AnswerAsync(
            session, customer, header, AsAnswerAsync(_operations.CancelAsync(customer.Login, query, to, serviceType, hasDestination)));
        return CommandStatus.Ok;
    }

    private async Task<Answer> SubmitAsync(SmppLogin login, Submission submission)
    {
        if (submission.ReplacesPending
            && await _operations.ReplacePendingAsync(login, submission).ConfigureAwait(false) is { } replaced)
            return Accepted(replaced, 0, login.Credential);
        IntakeResult result = submission.PartKey is null
            ? await _intake.SendAsync(submission.Request, idempotency: null, CancellationToken.None).ConfigureAwait(false)
            : await _intake.SendPartAsync(submission.Request, submission.PartKey, CancellationToken.None).ConfigureAwait(false);
        if (result.Error == IntakeError.OutcomeUnknown) return Answer.None;
        return result.Head is { } head
            ? Accepted(head.Id, submission.Part, login.Credential)
            : new(StatusOf(result.Error, _isDraining));
    }

    private async Task<Answer> SubmitMultiAsync(
        SmppLogin login, List<Submission> submissions, List<(SubmitAddress Address, CommandStatus Status)> refused)
    {
        MessageId? first = null;
        if (submissions.Count > 0)
        {
            IReadOnlyList<IntakeResult> results = await _intake.SendBatchAsync(
                [.. submissions.Select(submission => submission.Request)], idempotency: null, CancellationToken.None).ConfigureAwait(false);
            for (int i = 0; i < results.Count; i++)
            {
                if (results[i].Error == IntakeError.OutcomeUnknown) return Answer.None;
                if (results[i].Head is { } head) first ??= head.Id;
                else refused.Add((submissions[i].Submit.Destination, StatusOf(results[i].Error, _isDraining)));
            }
        }

        // Nothing was taken: the reason of the last speaks for all.
        if (first is not { } id) return new(refused.Count > 0 ? refused[^1].Status : CommandStatus.InvalidNumberOfDestinations);
        const int MostAddress = 3 + 21 + sizeof(uint);
        byte[] area = new byte[refused.Count * MostAddress];
        var writer = new UnsuccessfulDestinationWriter(area);
        foreach ((SubmitAddress address, CommandStatus status) in refused)
            writer.Add(new SmppAddress(address.Ton, address.Npi, Encoding.Latin1.GetBytes(address.Digits)), status);
        string text = SubmitIds.Format(id, 0, login.Credential.MessageIds);
        var response = new SubmitMultiResp { MessageId = Encoding.ASCII.GetBytes(text), Unsuccessful = writer.Written };
        byte[] body = new byte[response.BodyLength];
        response.TryWrite(body, out _);
        return new(CommandStatus.Ok, body);
    }

    private async Task<Answer> QueryAsync(SmppLogin login, MessageOperations.Query query) =>
        await _operations.QueryAsync(login, query).ConfigureAwait(false) is { } found
            ? Found(query.Id, found.State, found.FinalAt, found.Error)
            : new(CommandStatus.QueryFailed);

    private static Answer Found(string id, Smpp.Pdus.MessageState state, DateTimeOffset? finalAt, byte error)
    {
        Span<byte> date = stackalloc byte[SmppTime.Bytes];
        int length = finalAt is { } at ? SmppTime.FormatAbsolute(at, date) : 0;
        var response = new QuerySmResp
        {
            MessageId = Encoding.ASCII.GetBytes(id),
            FinalDate = date[..length],
            State = (byte)state,
            ErrorCode = error,
        };
        byte[] body = new byte[response.BodyLength];
        response.TryWrite(body, out _);
        return new(CommandStatus.Ok, body);
    }

    private static Answer Accepted(MessageId id, int part, SmppCredential credential)
    {
        string text = SubmitIds.Format(id, part, credential.MessageIds);
        byte[] body = new byte[text.Length + 1];
        Encoding.ASCII.GetBytes(text, body);
        return new(CommandStatus.Ok, body);
    }

    private static async Task<Answer> AsAnswerAsync(Task<CommandStatus> operation) => new(await operation.ConfigureAwait(false));

    /// <summary>Answers when an operation has ended, often on the journal's completion loop: nothing here may block.</summary>
    private async Task AnswerAsync(SmppSession session, CustomerSession customer, PduHeader header, Task<Answer> operation)
    {
        Answer answer;
        try
        {
            answer = await operation.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.Failed(_logger, e, customer.Login.Credential.SystemId);
            answer = new(CommandStatus.SystemError);
        }

        End(session, customer, header, answer);
    }

    // The place in the window is free before the answer leaves: the customer may use it as soon as it reads it.
    private void End(SmppSession session, CustomerSession customer, in PduHeader header, Answer answer)
    {
        customer.End();
        if (!answer.IsNone) session.RespondWithBody(header, answer.Status, answer.Body);
        Interlocked.Decrement(ref _unanswered);
    }

    /// <param name="Body">The response's body as it goes on the wire; null for a header alone.</param>
    private readonly record struct Answer(CommandStatus Status, byte[]? Body = null)
    {
        /// <summary>The journal broke, nobody knows whether it was taken, and the process ends: any answer could be wrong.</summary>
        public static Answer None => new(CommandStatus.SystemError) { IsNone = true };

        public bool IsNone { get; private init; }
    }

    private static partial class Log
    {
        [LoggerMessage(2750, LogLevel.Information, "Customer {SystemId} is bound from {Address}: {State}")]
        public static partial void Bound(ILogger logger, string systemId, EndPoint? address, SmppSessionState state);

        [LoggerMessage(2751, LogLevel.Information, "Customer {SystemId} from {Address} is gone: {Reason}")]
        public static partial void Closed(ILogger logger, string systemId, EndPoint? address, SmppCloseReason reason);

        [LoggerMessage(2752, LogLevel.Warning, "{Address} is locked out for {Minutes} minutes: too many binds with wrong credentials")]
        public static partial void LockedOut(ILogger logger, IPAddress address, double minutes);

        [LoggerMessage(2753, LogLevel.Warning, "Customer {SystemId} may not bind from {Address}")]
        public static partial void NotAllowed(ILogger logger, string systemId, IPAddress address);

        [LoggerMessage(2754, LogLevel.Information, "A bind of customer {SystemId} was refused: {Why}")]
        public static partial void BindRefused(ILogger logger, string systemId, string why);

        [LoggerMessage(4735, LogLevel.Information, "Customer {SystemId} from {Address} is unbound: its credentials are not valid any more")]
        public static partial void Revoked(ILogger logger, string systemId, EndPoint? address);

        [LoggerMessage(2755, LogLevel.Error, "A request of customer {SystemId} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string systemId);
    }
}
