using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling;
using Filecoin.Sealing.Messages;

namespace Filecoin.Samples.Miner;

/// <summary>Sends the messages of the proving cycle with the sealing pipeline's sender, from the miner's worker account.</summary>
internal sealed class PoStMessages(MessageSender sender, IStateApi state) : IPoStMessages
{
    public async Task SendAsync(PoStMessage message, CancellationToken cancellationToken = default)
    {
        try
        {
            MinerInfo miner = await state.StateMinerInfoAsync(message.Miner, TipSetKey.Empty, cancellationToken);
            await sender.SendAsync(
                new OutgoingMessage
                {
                    IdempotencyKey = message.Key,
                    Kind = message.Kind == PoStMessageKind.WindowPoSt ? MessageKind.WindowPoSt : MessageKind.Declaration,
                    From = miner.Worker,
                    To = message.Miner,
                    Method = message.Method,
                    Params = message.Params,
                    MaxFee = message.MaxFee,
                    UselessFrom = message.UselessFrom,
                },
                cancellationToken);
        }
        catch (Exception e) when (e is MessageException or RpcException or DatabaseException)
        {
            throw new PoStMessageException(e.Message, innerException: e);
        }
    }

    public async Task<PoStMessageState> StatusAsync(string key, CancellationToken cancellationToken = default) =>
        await sender.FindAsync(key, cancellationToken) is not { } status ? new PoStMessageState(PoStMessageStatus.Unknown)
        : new PoStMessageState(
            !status.IsFinal ? PoStMessageStatus.Pending : status.Succeeded ? PoStMessageStatus.Landed : PoStMessageStatus.Failed,
            status.Cid, status.Reason ?? (status.ExitCode is { } code and not 0 ? $"exit code {code}" : null));
}
