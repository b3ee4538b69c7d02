using System.CommandLine;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Worker;

/// <summary>Options that several commands share. Each command has its own instances.</summary>
internal static class CommonOptions
{
    public static Argument<string> Directory() => new("DIR") { Description = "The directory of sectors, as 'seal --out' made it." };

    /// <summary>File names. What looks like an option is a mistyped one, not a file; a file of such a name is written <c>./--name</c>.</summary>
    public static Argument<string[]> Files(string description, ArgumentArity arity)
    {
        var files = new Argument<string[]>("FILE") { Description = description, Arity = arity };
        files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.StartsWith('-')))
                result.AddError($"Unrecognized option '{token.Value}'.");
        });
        return files;
    }

    public static Option<string?> Miner() => Checked(
        new Option<string?>("--miner") { Description = "The miner's id address, t01000." }, text => _ = Names.ActorId(text));

    public static Option<ulong?> Sector() => new("--sector") { Description = "The sector's number." };

    public static Option<string?> Parents() => new("--parents")
    {
        Description = "A directory of parent caches, made if need be. Default: $FIL_PROOFS_PARENT_CACHE, else no cache.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("FIL_PROOFS_PARENT_CACHE"),
    };

    public static Option<SectorSize> Size() => new("--size")
    {
        Description = $"The sector's size: {string.Join(", ", SectorSize.All)}.",
        Required = true,
        CustomParser = result =>
        {
            if (!SectorSize.TryParse(result.Tokens[0].Value, out var size))
                result.AddError(new SectorSizeException(result.Tokens[0].Value).Message);
            return size;
        },
    };

    public static Option<string?> Bytes32(string name, string description) => Checked(
        new Option<string?>(name) { Description = description + " 64 hexadecimal digits, or 'random'." }, text => _ = Names.Bytes32(text, name));

    public static Option<string?> Checked(Option<string?> option, Action<string> check)
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (result.GetValueOrDefault<string?>() is { } text)
                    check(text);
            }
            catch (FormatException error)
            {
                result.AddError(error.Message);
            }
        });
        return option;
    }
}
