using System.Text;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class MessageArgumentsTests
{
    [Fact]
    public void A_sender_named_twice_is_refused()
    {
        Assert.Equal("f01000", MessageArguments.Sender("""{"To":"f0101","From":"f01000"}"""u8.ToArray()).ToString());
        Assert.Throws<RpcFaultException>(() => MessageArguments.Sender("""{"From":"f01000","from":"f01001"}"""u8.ToArray()));
        Assert.Throws<RpcFaultException>(() => MessageArguments.Sender("""{"To":"f01000"}"""u8.ToArray()));
    }

    [Fact]
    public void A_send_spec_keeps_its_uuid_or_gets_one()
    {
        var fresh = Guid.NewGuid();
        Assert.Equal(fresh, MessageArguments.WithUuid("null"u8.ToArray(), fresh).Uuid);
        Assert.Equal(fresh, MessageArguments.WithUuid("""{"MaxFee":"7","MsgUuid":"00000000-0000-0000-0000-000000000000"}"""u8.ToArray(), fresh).Uuid);
        (byte[] spec, Guid uuid) = MessageArguments.WithUuid("""{"MaxFee":"7","MsgUuid":"11111111-2222-3333-4444-555555555555"}"""u8.ToArray(), fresh);
        Assert.Equal(Guid.Parse("11111111-2222-3333-4444-555555555555"), uuid);
        Assert.Equal("""{"MaxFee":"7","MsgUuid":"11111111-2222-3333-4444-555555555555"}""", Encoding.UTF8.GetString(spec));
        Assert.Throws<RpcFaultException>(() => MessageArguments.WithUuid("""{"MsgUuid":"zz"}"""u8.ToArray(), fresh));
    }
}
