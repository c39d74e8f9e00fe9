using System.Collections.Concurrent;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Server.Tests.SmppListener;

/// <summary>
/// A day of a customer's bind, compressed: disconnects, answers that are late, refused or never come, a carrier that is away, restarts of the
/// gateway. At its end the counts add up to the last message.
/// </summary>
public sealed class CustomerDayTests
{
    private const int Hours = 24;
    private const int SubmitsAnHour = 12;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task Customer_ADayOfTrouble_EveryAcceptedMessageEndsAndEveryReceiptComes()
    {
        var random = new Random(20261121);
        await using ListenerRig rig = await ListenerRig.StartAsync(
            "max_binds: 20, in_flight_window: 100, deliver_window: 5, message_ids: decimal", "response_timeout: 1m, enquire_link_timeout: 5m");
        await using var customer = new Customer();
        customer.Bind(rig);
        int number = 0;
        for (int hour = 0; hour < Hours; hour++)
        {
            switch (random.Next(8))
            {
                case 0:
                    customer.Disconnect();
                    break;
                case 1:
                    customer.Behaviour = Behaviour.Silent;
                    break;
                case 2:
                    customer.Behaviour = Behaviour.Busy;
                    break;
                case 3:
                    customer.Behaviour = Behaviour.Late;
                    break;
                case 4:
                    rig.Carrier.Delivers = false;
                    break;
                case 5:
                    rig.Carrier.Answers = false;
                    break;
                case 6 when hour % 3 == 0:
                    await rig.RestartAsync();
                    customer.Bind(rig);
                    break;
            }

            for (int i = 0; i < SubmitsAnHour; i++)
            {
                customer.Submit(++number, random.Next(4) == 0);
                await PassAsync(rig, TimeSpan.FromMinutes(3));
            }

            // The hour ends well: the next trouble is another one.
            customer.Recover();
            rig.Carrier.Answers = true;
            if (!rig.Carrier.Delivers)
            {
                rig.Carrier.Delivers = true;
                rig.Carrier.DeliverAll();
            }

            await PassAsync(rig, TimeSpan.FromMinutes(20));
        }

        // What the carrier never answered ends with its validity (10 hours) and the time for receipts (1 hour).
        rig.Carrier.DeliverAll();
        await PassAsync(rig, TimeSpan.FromHours(12));
        try
        {
            await rig.UntilAsync(() => customer.Missing.Count == 0);
        }
        catch (TimeoutException)
        {
            IReadOnlyList<Message> all = await rig.MessagesAsync();
            throw new TimeoutException(string.Join('\n', customer.Missing.Select(id => Describe(id, customer.Accepted[id], all))));
        }

        await rig.UntilAsync(async () => (await rig.MessagesAsync()).All(message =>
            (MessageTransitions.IsFinal(message.State) || message.State == MessageState.Receiving) && !message.HasPendingDelivery));

        IReadOnlyList<Message> messages = await rig.MessagesAsync();
        customer.Accepted.Count.ShouldBeGreaterThan(Hours * SubmitsAnHour / 2);
        customer.Refused.ShouldBe(0);

        // Every message whose parts were all accepted is on record once, and at the carrier.
        foreach (IGrouping<int, KeyValuePair<string, int>> accepted in customer.Accepted.GroupBy(pair => pair.Value))
        {
            if (accepted.Count() < customer.PartsOf(accepted.Key)) continue;
            messages.Count(message => message.Head.Body.StartsWith($"day {accepted.Key:0000}", StringComparison.Ordinal)).ShouldBe(1, $"{accepted.Key}");
            rig.Carrier.Seen.ShouldContain(text => text.Contains($"day {accepted.Key:0000}", StringComparison.Ordinal), $"{accepted.Key}");
        }

        // Nothing is on record that was not submitted, and no receipt came for what was not.
        messages.Count.ShouldBeLessThanOrEqualTo(number);
        customer.Receipts.Keys.Count(id => !customer.Accepted.ContainsKey(id)).ShouldBeLessThanOrEqualTo(customer.Unanswered);
    }

    private static string Describe(string id, int number, IReadOnlyList<Message> messages)
    {
        Message? message = messages.FirstOrDefault(message => message.Head.To == $"+1555777{number:0000}");
        return message is null
            ? $"{id} ({number}): not on record"
            : $"{id} ({number}): {message.State} {string.Join(' ', message.Events.Select(entry => entry.Kind))}; "
                + string.Join(' ', message.BindDeliveries.Select(delivery => $"{delivery.Part}:{delivery.Status}:{delivery.State}:{delivery.Tries}"));
    }

    private static async Task PassAsync(ListenerRig rig, TimeSpan span)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < span; passed += Step)
        {
            rig.Clock.Advance(Step);
            await Task.Delay(Breath, TimeProvider.System);
        }
    }

    private enum Behaviour
    {
        Good,
        Silent,
        Busy,
        Late,
    }

    /// <summary>Two binds of the library's client, whose answers can be made bad.</summary>
    private sealed class Customer : ISmppSessionHandler, IAsyncDisposable
    {
        private readonly List<SmppClient> _clients = [];
        private readonly ConcurrentQueue<(SmppSession Session, PduHeader Header)> _late = new();
        private readonly ConcurrentDictionary<int, int> _parts = new();
        private int _unanswered;
        private int _refused;

        public Behaviour Behaviour { get; set; }

        /// <summary>Id → number of the message, for every part that was answered with ESME_ROK.</summary>
        public ConcurrentDictionary<string, int> Accepted { get; } = new();

        /// <summary>Id → final receipts.</summary>
        public ConcurrentDictionary<string, int> Receipts { get; } = new();

        public int Unanswered => _unanswered;

        public int Refused => _refused;

        /// <summary>Ids that were accepted and for which no receipt came, of messages whose parts were all accepted.</summary>
        public IReadOnlyCollection<string> Missing =>
            [.. Accepted.GroupBy(pair => pair.Value).Where(group => group.Count() == PartsOf(group.Key)).SelectMany(group => group)
                .Select(pair => pair.Key).Where(id => !Receipts.ContainsKey(id))];

        public int PartsOf(int number) => _parts[number];

        public void Bind(ListenerRig rig)
        {
            foreach (SmppClient old in _clients) _ = old.DisposeAsync().AsTask();
            _clients.Clear();
            for (int i = 0; i < 2; i++)
            {
                var options = new SmppClientOptions
                {
                    Host = "127.0.0.1",
                    Port = rig.EndPoint.Port,
                    SystemId = "demo",
                    Password = "secret",
                    InFlightWindow = 50,
                    ReconnectFirst = TimeSpan.FromMilliseconds(10),
                    ReconnectMost = TimeSpan.FromMilliseconds(20),
                    BindBudget = new SmppBindBudget(10_000),
                };
                var client = new SmppClient(options, this, TimeProvider.System, NullLogger.Instance);
                client.Start();
                _clients.Add(client);
            }
        }

        /// <summary>Cuts both connections without an unbind.</summary>
        public void Disconnect()
        {
            foreach (SmppClient client in _clients) client.Session?.Abort("the test says so");
        }

        public void Recover()
        {
            Behaviour = Behaviour.Good;
            while (_late.TryDequeue(out (SmppSession Session, PduHeader Header) late)) late.Session.Respond(late.Header, CommandStatus.Ok, default);
        }

        public void Submit(int number, bool isLong)
        {
            int parts = isLong ? 2 : 1;
            _parts[number] = parts;
            for (byte part = 1; part <= parts; part++)
            {
                SmppSession? session = null;
                for (int i = 0; i < _clients.Count && session is null; i++)
                {
                    SmppSession? candidate = _clients[(number + i) % _clients.Count].Session;
                    if (candidate is not null && candidate.TryReserve(1)) session = candidate;
                }

                if (session is null) return;
                byte[] text = Encoding.ASCII.GetBytes(part == 1 ? $"day {number:0000}" : ", the rest");
                var pdu = new SubmitSm
                {
                    SourceAddr = new SmppAddress(1, 1, "15550001000"u8),
                    DestinationAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes($"1555777{number:0000}")),
                    RegisteredDelivery = 1,
                    EsmClass = isLong ? EsmClass.Udhi : (byte)0,
                    ShortMessage = isLong ? [5, 0, 3, (byte)number, 2, part, .. text] : text,
                };
                session.Submit(pdu, number);
            }
        }

        public void OnBound(SmppSession session)
        {
        }

        public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
        {
            switch (Behaviour)
            {
                case Behaviour.Silent:
                    return;
                case Behaviour.Busy:
                    session.Respond(header, CommandStatus.MessageQueueFull, default);
                    return;
                case Behaviour.Late:
                    _late.Enqueue((session, header));
                    break;
            }

            DeliverSm.TryRead(body, out DeliverSm pdu).IsOk.ShouldBeTrue();
            DeliveryReceipt.TryParse(pdu.Text, new TlvReader(pdu.Tlvs), out DeliveryReceipt receipt).ShouldBeTrue();
            Receipts.AddOrUpdate(Encoding.ASCII.GetString(receipt.TextId), 1, static (_, count) => count + 1);
            if (Behaviour != Behaviour.Late) session.Respond(header, CommandStatus.Ok, default);
        }

        public void OnResponse(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
        {
            if (header.CommandStatus != CommandStatus.Ok)
            {
                // What is refused while the gateway restarts is the customer's to send again.
                if (header.CommandStatus is not (CommandStatus.SystemError or CommandStatus.MessageQueueFull)) Interlocked.Increment(ref _refused);
                return;
            }

            SubmitSmResp.TryRead(body, out SubmitSmResp pdu).IsOk.ShouldBeTrue();
            Accepted[Encoding.ASCII.GetString(pdu.MessageId)] = (int)state!;
        }

        public void OnTimeout(SmppSession session, object? state) => Interlocked.Increment(ref _unanswered);

        public void OnWindowOpened(SmppSession session)
        {
        }

        public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered) =>
            Interlocked.Add(ref _unanswered, unanswered.Count);

        public async ValueTask DisposeAsync()
        {
            foreach (SmppClient client in _clients) await client.DisposeAsync();
        }
    }
}
