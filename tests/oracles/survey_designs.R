# Shares, means, tests and standardised rates of random designs, by R's survey package.
# Usage: Rscript survey_designs.R FOLDER   (writes three files there, see README.md)
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", warn = -1)
set.seed(20260301, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

one_of <- function(from, to) if (from >= to) from else sample(from:to, 1)

# People who answered, one a row: stratum h, post-stratum c, group g, option k, asked (in the filter).
random_design <- function(nr) {
  H <- one_of(1, 5); C <- one_of(1, 3); G <- one_of(2, 3); K <- one_of(3, 5)
  invited <- sapply(1:H, function(h) one_of(8, 90))
  answered <- sapply(invited, function(n) one_of(3, n))
  if (nr %% 3 == 0 && H > 1) answered[one_of(1, H)] <- 0
  if (nr %% 4 == 1) { h <- which.max(answered); invited[h] <- answered[h] }
  if (nr %% 5 == 2 && H > 2) answered[which.min(answered)] <- 1
  if (nr == 8) invited <- answered
  n <- sum(answered)
  skew <- function(m) sample(m, n, TRUE, prob = (1:m)^runif(1, -1, 1))
  people <- data.frame(h = rep(1:H, answered), c = skew(C), g = skew(G), k = skew(K))
  if (nr %% 2 == 0) people$k <- pmin(K, pmax(1, people$k + (people$g == 1) - (people$h == 1)))
  people$asked <- if (nr %% 3 == 1) runif(n) < 0.7 else TRUE
  if (nr %% 6 == 5) people$g[people$h == 1] <- 1
  if (nr %% 7 == 3) people$c[people$c == 2] <- 1
  if (nr %% 7 == 4) people$k[people$g == 2] <- K
  inside <- tabulate(people$c, C)
  population <- inside + as.vector(rmultinom(1, sum(invited) - n, runif(C, 0.2, 1)))
  list(H = H, C = C, G = G, K = K, invited = invited, people = people, population = population)
}

designs_of <- function(d) {
  p <- d$people
  p$N <- d$invited[p$h]; p$total <- sum(d$invited); p$c <- factor(p$c)
  srs <- svydesign(ids = ~1, fpc = ~total, data = p)
  strata <- svydesign(ids = ~1, strata = ~h, fpc = ~N, data = p)
  known <- data.frame(c = factor(seq_len(d$C)), Freq = d$population)
  known <- known[known$Freq > 0, ]
  post <- function(x) postStratify(x, ~c, known, partial = TRUE)
  list(srs = srs, strata = strata, srs_post = post(srs), strata_post = post(strata))
}

# Wilson on n_eff = p(1 - p) / v, or on the n_eff of a share that is the same in every stratum.
wilson <- function(p, v, alike, df) {
  n_eff <- if (v <= 1e-12 * alike) 1 / alike else p * (1 - p) / v
  if (is.infinite(n_eff)) return(c(p, p))
  t2 <- qt(0.975, df)^2
  a <- 1 + t2 / n_eff
  b <- -(2 * p + t2 / n_eff)
  root <- sqrt(max(0, b^2 - 4 * a * p^2))
  (-b + c(-root, root)) / (2 * a)
}

number <- function(x) gsub(" ", "", formatC(as.numeric(x), digits = 15, format = "g"))
row <- function(...) paste(c(...), collapse = ",")

cells <- "design,what,h,c,g,k,number"
estimates <- "design,method,group,score,value,se,df,low,high"
tests <- "design,method,test,value,se,df,p_value"
say <- function(nr, method, test, ...) tests <<- c(tests, row(nr, method, test, number(c(...))))

for (nr in 1:38) {
  d <- random_design(nr)
  p <- d$people
  counted <- as.data.frame(table(h = p$h, c = p$c, g = p$g, k = p$k, asked = p$asked), stringsAsFactors = FALSE)
  counted <- counted[counted$Freq > 0, ]
  cells <- c(
    cells, row(nr, "shape", d$H, d$C, d$G, d$K, 0),
    sapply(1:d$H, function(h) row(nr, "invited", h, "", "", "", d$invited[h])),
    sapply(1:d$C, function(c) row(nr, "population", "", c, "", "", d$population[c])),
    apply(counted, 1, function(r) {
      row(nr, if (as.logical(r["asked"])) "asked" else "answered", r["h"], r["c"], r["g"], r["k"], trimws(r["Freq"]))
    })
  )
  low <- 1; high <- d$K
  # Three rows of scores: a share, the same share without the last option, a mean.
  scores <- rbind(as.numeric(1:d$K <= 2), c(as.numeric(1:(d$K - 1) <= 1), NA), 1:d$K)
  all_of <- designs_of(d)
  silent <- sum(d$invited) - sum(p$asked)
  f <- 1 - tabulate(p$h, d$H) / d$invited
  for (method in names(all_of)) {
    full <- all_of[[method]]
    full$variables$y <- 0
    n <- if (grepl("srs", method)) rep(nrow(p), nrow(p)) else tabulate(p$h, d$H)[p$h]
    N <- if (grepl("srs", method)) rep(sum(d$invited), nrow(p)) else d$invited[p$h]
    factor_of <- (1 - n / N) * ifelse(n > 1, n / (n - 1), 1)
    w <- 1 / full$prob
    for (s in 1:3) {
      y <- scores[s, p$k]
      full$variables$y <- ifelse(is.na(y), 0, y)
      lo <- if (s == 3) low else 0
      hi <- if (s == 3) high else 1
      for (g in 1:d$G) {
        inside <- p$asked & p$g == g & !is.na(y)
        if (!any(inside)) next
        domain <- subset(full, inside)
        df <- degf(domain)
        if (df < 1) next
        mean <- svymean(~y, domain)
        value <- as.numeric(coef(mean)); v <- as.numeric(vcov(mean))
        alike <- sum((factor_of * w^2)[inside]) / sum(w[inside])^2
        place <- (value - lo) / (hi - lo)
        # Post-stratified limits are never narrower than if the post-strata were alike.
        spread <- sum((w * (y - value)^2)[inside]) / sum(w[inside])
        wide <- if (grepl("post", method)) max(v, alike * spread) else v
        if (s == 3 && wide > 1e-12) {
          limits <- value + c(-1, 1) * qt(0.975, df) * sqrt(wide)
        } else {
          limits <- lo + (hi - lo) * wilson(place, wide / (hi - lo)^2, alike, df)
        }
        # Who is silent, or answered in another group, or has no opinion, is outside the base.
        base <- sum(inside)
        bounds <- (sum(y[inside]) + silent * c(lo, hi)) / (base + silent)
        limits <- pmin(pmax(limits, bounds[1]), bounds[2])
        estimates <- c(estimates, row(nr, method, g, s, number(c(value, sqrt(v), df, limits))))
      }
    }
    # The first two groups compared: share 1 and mean 3; then all groups over all options.
    for (s in c(1, 3)) {
      full$variables$y <- scores[s, p$k]
      pair <- p$asked & p$g <= 2
      if (length(unique(p$g[pair])) < 2) next
      two <- subset(full, pair)
      if (degf(two) < 2) next
      # A ratio of totals for each group: svyby(covmat = TRUE) does not bear a subset with people outside.
      v <- two$variables
      two$variables <- transform(v, one = 1 * (g == 1), two = 1 * (g == 2), y1 = y * (g == 1), y2 = y * (g == 2))
      by <- svyratio(~ y1 + y2, ~ one + two, two, covmat = TRUE)
      gap <- coef(by)[1] - coef(by)[4]
      se <- sqrt(max(0, as.numeric(c(1, -1) %*% vcov(by)[c(1, 4), c(1, 4)] %*% c(1, -1))))
      df <- degf(two) - 1
      say(nr, method, paste0("difference_", s), gap, se, df, 2 * pt(-abs(gap / se), df))
      if (s == 3 && se > 0 && !grepl("post", method)) {
        stopifnot(abs(svyttest(y ~ g, two)$p.value - 2 * pt(-abs(gap / se), df)) < 1e-9)
      }
    }
    domain <- subset(full, p$asked)
    whole <- table(p$g[p$asked], p$k[p$asked])
    if (nrow(whole) == d$G && ncol(whole) == d$K && d$G > 1) {
      # With a post-stratification svychisq takes its degrees of freedom from all who answered.
      test <- tryCatch(svychisq(~ g + k, domain, statistic = "F"), error = function(e) NULL)
      if (!is.null(test) && is.finite(test$statistic)) {
        say(nr, method, "rao_scott", test$statistic, test$parameter[1], test$parameter[1] * degf(domain),
            pf(test$statistic, test$parameter[1], test$parameter[1] * degf(domain), lower.tail = FALSE))
      }
    }
    if (!grepl("post", method)) {
      domain$variables$y <- scores[1, domain$variables$k]
      domain$variables$c <- droplevels(domain$variables$c)
      here <- as.integer(levels(domain$variables$c))
      standard <- svystandardize(domain, by = ~c, over = ~g, population = d$population[here])
      for (g in sort(unique(p$g[p$asked]))) {
          of <- standard[standard$variables$g == g, ]
        rate <- svymean(~y, of)
        say(nr, method, paste0("standardised_", g), coef(rate), SE(rate), degf(of), NA)
      }
    }
  }
  whole <- table(p$g[p$asked], p$k[p$asked])
  if (nrow(whole) > 1 && ncol(whole) > 1) {
    yes <- table(p$g[p$asked], p$k[p$asked] <= 2)
    exact <- tryCatch(fisher.test(whole, workspace = 2e7)$p.value, error = function(e) NA)
    say(nr, "srs", "fisher", NA, NA, NA, exact)
    if (ncol(yes) == 2) say(nr, "srs", "fisher_yes", NA, NA, NA, fisher.test(yes, workspace = 2e7)$p.value)
  }
}
ps <- c(0.01, 0.04, 0.03, 0.2, 0.5, 0.03)
for (i in seq_along(ps)) say(0, "none", paste0("holm_", i), ps[i], NA, NA, p.adjust(ps, "holm")[i])
# The response rates of the audit, with and without the department that nobody answered in.
answered <- c(17, 0, 30, 4, 33, 7); invited <- c(40, 3, 73, 11, 82, 12)
for (which in c("every", "without")) {
  kept <- which == "every" | answered > 0
  rates <- cbind(answered, invited - answered)[kept, ]
  chi <- chisq.test(rates, correct = FALSE)
  say(0, "none", paste0("rates_", which, "_chi"), chi$statistic, NA, chi$parameter, chi$p.value)
  say(0, "none", paste0("rates_", which, "_exact"), NA, NA, NA, fisher.test(rates, workspace = 2e7)$p.value)
}
out <- commandArgs(trailingOnly = TRUE)[1]
writeLines(cells, file.path(out, "survey_designs.csv"))
writeLines(estimates, file.path(out, "survey_estimates.csv"))
writeLines(tests, file.path(out, "survey_tests.csv"))
