using System.Reflection;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Tests.Storage.Remote;

/// <summary>An index that takes questions and never answers.</summary>
public class HungIndex : DispatchProxy
{
    public static ISectorIndex Create() => Create<ISectorIndex, HungIndex>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name == nameof(ISectorIndex.FindSectorAsync)
        ? new TaskCompletionSource<IReadOnlyList<SectorStorageInfo>>().Task : throw new NotSupportedException(targetMethod?.Name);
}
