using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

public sealed class AllocationTests
{
    [Fact]
    public void EncodeAndDecode_AThousandTimes_AllocatesNothing()
    {
        byte[] body = Pdu.SubmitBody();
        byte[] receipt =
            "id:0123456789 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello"u8.ToArray();
        var room = new byte[1024];
        Run(body, receipt, room, 100).ShouldBe(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int done = Run(body, receipt, room, 1_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        done.ShouldBe(1_000);
        allocated.ShouldBe(0);
    }

    private static int Run(byte[] body, byte[] receipt, byte[] room, int rounds)
    {
        var done = 0;
        for (var i = 0; i < rounds; i++)
        {
            bool read = SubmitSm.TryRead(body, out SubmitSm pdu).IsOk;
            bool written = pdu.TryWrite(room.AsSpan(PduHeader.Bytes), out int bytes);
            new PduHeader((uint)(PduHeader.Bytes + bytes), CommandId.SubmitSm, CommandStatus.Ok, (uint)i).Write(room);
            bool framed = PduFrame.TryRead(room, 1024, out _) == FrameResult.Complete;
            bool parsed = DeliveryReceipt.TryParse(receipt, new TlvReader(pdu.Tlvs), out DeliveryReceipt result);
            if (read && written && framed && parsed && result.DoneDate is not null) done++;
        }

        return done;
    }
}
