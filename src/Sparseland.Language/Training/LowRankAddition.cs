using System.Numerics;
using Sparseland.Autograd;

namespace Sparseland.Language.Training;

/// <summary>A low-rank product beside a frozen weight: W + scale · B A (LoRA, Hu et al. 2021).</summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
/// <param name="Down">A, [rank, inputs].</param>
/// <param name="Up">B, [outputs, rank].</param>
/// <param name="Scale">alpha / rank in the paper.</param>
public sealed record LowRankAddition<T>(Parameter<T> Down, Parameter<T> Up, double Scale) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
