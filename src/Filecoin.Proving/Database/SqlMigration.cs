namespace Filecoin.Proving.Database;

/// <summary>One step of a component's schema. Steps are only ever appended: one that has run anywhere is never edited.</summary>
/// <param name="Version">1, 2, 3, … without gaps.</param>
/// <param name="Statements">SQL by dialect; several statements separated by semicolons.</param>
public sealed record SqlMigration(int Version, Func<SqlDialect, string> Statements);
