namespace Filecoin.Proving.Trees;

/// <summary>How the official proofs name one stored layer or tree (merkletree <c>StoreConfig</c>), in <c>t_aux</c> and between phases.</summary>
/// <param name="Path">The cache directory.</param>
/// <param name="Id">The store, such as <c>layer-1</c> or <c>tree-r-last</c>; base trees append their number.</param>
/// <param name="Size">Nodes of the layer, or of one base tree with all its rows.</param>
/// <param name="RowsToDiscard">Rows above the leaves that are not stored.</param>
public sealed record StoreConfig(string Path, string Id, ulong? Size, ulong RowsToDiscard);
