using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>
/// Several users with an adapter each on one base model: rows of a batch get their own user's change beside the shared product (S²FT, section 5). For slices of columns
/// a row's inputs are gathered at the user's indices, for slices of rows the products are scattered; the base weights are read once for all. Applying is thread-safe
/// with one instance per thread, because it keeps its scratch.
/// </summary>
public sealed class AdapterBatch
{
    private readonly Dictionary<string, AdapterPart[]>[] _users;
    private readonly float[] _scratch;

    /// <summary>Takes the users' adapters.</summary>
    /// <param name="adapters">One for each user; null for a user of the base model.</param>
    /// <exception cref="MismatchException">They belong to different models.</exception>
    public AdapterBatch(IReadOnlyList<Adapter?> adapters)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        var bases = adapters.OfType<Adapter>().Select(adapter => adapter.BaseHash).Distinct().ToArray();
        if (bases.Length > 1)
            throw new MismatchException($"the users' adapters belong to {bases.Length} different models ({string.Join(", ", bases.Select(Adapter.Short))}): a batch shares one base model");
        _users = [.. adapters.Select(adapter => (adapter?.Parts ?? []).GroupBy(part => part.Name).ToDictionary(group => group.Key, group => group.ToArray()))];
        _scratch = new float[adapters.OfType<Adapter>().SelectMany(adapter => adapter.Parts).Select(part => part.ScratchLength).DefaultIfEmpty().Max()];
    }

    /// <summary>How many users.</summary>
    public int UserCount => _users.Length;

    /// <summary>Adds every row's own change: output += Δ input.</summary>
    /// <param name="name">The matrix whose product the output is.</param>
    /// <param name="input">[rows, inputs].</param>
    /// <param name="users">The user of each row.</param>
    /// <param name="output">[rows, outputs], which holds the base model's product.</param>
    public void Apply(string name, MatrixView<float> input, ReadOnlySpan<int> users, MatrixView<float> output)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (users.Length != input.Rows || output.Rows != input.Rows)
            throw new ArgumentException($"{users.Length} users for {input.Rows} rows of input and {output.Rows} of output", nameof(users));
        foreach (var user in users)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)user, (uint)_users.Length, nameof(users));
        for (var row = 0; row < users.Length; row++)
            if (_users[users[row]].TryGetValue(name, out var parts))
                foreach (var part in parts)
                    part.AddProduct(input.Row(row), output.Row(row), _scratch);
        input.KeepAlive();
        output.KeepAlive();
    }
}
