using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Recipes;

/// <summary>
/// Sparsities by hand. Options: "blocks", a list with one sparsity per transformer block; "layers", an object from name patterns (with *) to sparsities,
/// of which the first that matches holds. What neither names gets the recipe's sparsity. A name pattern that matches nothing is an error.
/// </summary>
public sealed class GivenAllocation : IAllocation
{
    private readonly double[]? _blocks;
    private readonly IReadOnlyList<KeyValuePair<string, double>> _layers;

    /// <summary>Reads its options.</summary>
    /// <exception cref="InvalidSettingException">Neither is given.</exception>
    public GivenAllocation(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _blocks = options.Numbers("blocks", 0, 0.9999);
        var layers = options.NamedNumbers("layers", 0, 0.9999);
        if (_blocks is null && layers is null)
            throw new InvalidSettingException("allocation given: name the sparsities, as \"blocks\": [0.5, 0.6] or \"layers\": {\"*.mlp.*\": 0.6}");
        _layers = layers ?? [];
    }

    /// <inheritdoc/>
    public string Name => "given";

    /// <inheritdoc/>
    public double[] Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var blocks = request.Matrices.Count == 0 ? 0 : request.Matrices.Max(matrix => matrix.Block) + 1;
        if (_blocks is not null && _blocks.Length != blocks)
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"allocation given: {_blocks.Length} sparsities for {blocks} blocks; give one per block"));
        foreach (var (pattern, _) in _layers)
            if (!request.Matrices.Any(matrix => NamePattern.Matches(pattern, matrix.Name)))
                throw new InvalidSettingException($"allocation given: '{pattern}' matches no prunable matrix; names look like {(request.Matrices.Count > 0 ? request.Matrices[0].Name : "nothing")}");
        var sparsities = new double[request.Matrices.Count];
        for (var i = 0; i < sparsities.Length; i++)
            sparsities[i] = Find(request.Matrices[i]) ?? request.Sparsity;
        return sparsities;
    }

    private double? Find(PrunableMatrix matrix)
    {
        foreach (var (pattern, sparsity) in _layers)
            if (NamePattern.Matches(pattern, matrix.Name))
                return sparsity;
        return _blocks?[matrix.Block];
    }
}
