namespace Sparseland.Language.Stories;

/// <summary>A story with the account of the choices that made it.</summary>
/// <param name="Text">The text: ASCII, lines parted by line feeds, ending in "The end.".</param>
/// <param name="Choices">How many choices were made, the decision to end included.</param>
/// <param name="Surprisal">Sum of −ln p over the choices, in nats: −ln of the probability of this whole text, so that no model can expect less.</param>
/// <param name="TargetTokens">The length that was asked for, in tokens of <see cref="StoryOptions.CharactersPerToken"/> characters; 0 where the story ended by chance. It is given, not part of the surprisal.</param>
/// <param name="Questions">The questions, in the order of the text.</param>
public sealed record Story(string Text, long Choices, double Surprisal, int TargetTokens, IReadOnlyList<StoryQuestion> Questions);
