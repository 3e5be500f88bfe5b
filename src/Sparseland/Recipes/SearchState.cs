using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Files;

namespace Sparseland.Recipes;

/// <summary>
/// How far a search has come: search.json in the work folder, replaced after every generation. Chance is drawn from streams of their own for every generation, so nothing of it needs to be kept.
/// </summary>
/// <param name="Identity">Digest of what is searched; another search does not go on from here.</param>
/// <param name="Iteration">The iteration that is under way, from 0.</param>
/// <param name="Generation">Generations of it that are done.</param>
/// <param name="Centres">Structures that every layer keeps at level 0 of the iteration.</param>
/// <param name="Parent">The best levels so far, one per layer.</param>
/// <param name="History">For every iteration the divergence of the parent, before the first and after every generation.</param>
/// <param name="Seconds">Time that went by, where there is a clock.</param>
internal sealed record SearchState(string Identity, int Iteration, int Generation, int[] Centres, int[] Parent, IReadOnlyList<IReadOnlyList<double>> History, double Seconds)
{
    public const string FileName = "search.json";

    /// <summary>What an earlier run left, or null when that is nothing or of another search.</summary>
    public static SearchState? Read(string? folder, string identity)
    {
        if (folder is null || !File.Exists(Path.Combine(folder, FileName)))
            return null;
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, FileName)), SearchStateJson.Default.SearchState);
            return state?.Identity == identity ? state : null;
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            // Nothing usable was left: the search starts afresh.
            return null;
        }
    }

    public void Write(string? folder)
    {
        if (folder is not null)
            AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, SearchStateJson.Default.SearchState));
    }

    /// <summary>The parent's divergence as it was last seen; NaN where it was not judged yet.</summary>
    public double Divergence => History[Iteration].Count == 0 ? double.NaN : History[Iteration][^1];

    /// <summary>With one more judgement of the parent.</summary>
    public SearchState Append(double divergence) => this with { History = [.. History.Take(Iteration), [.. History[Iteration], divergence]] };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SearchState))]
internal sealed partial class SearchStateJson : JsonSerializerContext;
