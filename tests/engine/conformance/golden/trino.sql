-- assigned
SELECT
  "unit_id",
  CAST("unit_id" AS BIGINT) AS "unit_key",
  "cluster_id",
  "arm",
  CAST("weight_epoch" AS BIGINT) AS "weight_epoch",
  "stratum",
  "assigned_day" AS "assigned_day"
FROM (
  SELECT
    "unit_id",
    "cluster_id",
    "arm",
    "weight_epoch",
    "stratum",
    CAST("assigned_at" AS DATE) AS "assigned_day",
    "status",
    ROW_NUMBER() OVER (
      PARTITION BY "unit_id"
      ORDER BY "assigned_at", "weight_epoch", "status" DESC, "arm"
    ) AS "place"
  FROM "ledger"
  WHERE
    "experiment_id" = 'test'
    AND (
      "status" = 'assigned' OR "status" = 'held_out'
    )
    AND "salt_epoch" = (
      SELECT
        MAX("salt_epoch")
      FROM "ledger"
      WHERE
        "experiment_id" = 'test'
    )
) AS "first_rows"
WHERE
  "place" = 1 AND "status" = 'assigned';

-- facts orders
SELECT
  "a"."unit_key",
  MAX(
    CASE WHEN "e"."_day" < "a"."end_30" AND (
      NOT "is_cancelled"
    ) THEN 1 ELSE 0 END
  ) AS "y_bought",
  CAST(COALESCE(
    SUM(
      CASE
        WHEN "e"."_day" < "a"."end_30" AND (
          NOT "is_cancelled"
        )
        THEN (
          "net" - COALESCE("refund", (
            0 * 100
          ))
        )
      END
    ),
    0
  ) AS BIGINT) AS "y_revenue_30d",
  COUNT(
    CASE
      WHEN "e"."_day" < "a"."end_30"
      AND (
        NOT "is_cancelled"
      )
      AND (
        (
          "net" - COALESCE("refund", (
            0 * 100
          ))
        )
      ) IS NULL
      THEN 1
    END
  ) AS "nulls_y_revenue_30d",
  CAST(COALESCE(
    SUM(
      CASE
        WHEN "e"."_day" < "a"."end_7" AND (
          NOT "is_cancelled"
        )
        THEN (
          "net" - COALESCE("refund", (
            0 * 100
          ))
        )
      END
    ),
    0
  ) AS BIGINT) AS "y_revenue_7d",
  COUNT(
    CASE
      WHEN "e"."_day" < "a"."end_7"
      AND (
        NOT "is_cancelled"
      )
      AND (
        (
          "net" - COALESCE("refund", (
            0 * 100
          ))
        )
      ) IS NULL
      THEN 1
    END
  ) AS "nulls_y_revenue_7d",
  CAST(COALESCE(SUM(CASE WHEN "e"."_day" < "a"."end_30" THEN "net" END), 0) AS BIGINT) AS "y_capped",
  COUNT(CASE WHEN "e"."_day" < "a"."end_30" AND (
    "net"
  ) IS NULL THEN 1 END) AS "nulls_y_capped",
  COUNT(
    CASE
      WHEN "e"."_day" < "a"."end_30"
      AND (
        (
          "status" IN ('paid', 'sent')
        ) OR (
          "status" IS NULL
        )
      )
      THEN 1
    END
  ) AS "y_orders_made",
  CAST(COALESCE(SUM(CASE WHEN "e"."_day" < "a"."end_14" THEN "weight" END), 0) AS BIGINT) AS "y_weight",
  COUNT(CASE WHEN "e"."_day" < "a"."end_14" AND (
    "weight"
  ) IS NULL THEN 1 END) AS "nulls_y_weight",
  CAST(COALESCE(
    SUM(
      CASE
        WHEN "e"."_day" < "a"."end_30" AND (
          "net" > (
            0 * 100
          )
        )
        THEN "net"
      END
    ),
    0
  ) AS BIGINT) AS "y_order_value_numerator",
  COUNT(
    CASE
      WHEN "e"."_day" < "a"."end_30"
      AND (
        "net" > (
          0 * 100
        )
      )
      AND (
        "net"
      ) IS NULL
      THEN 1
    END
  ) AS "nulls_y_order_value_numerator",
  COUNT(
    CASE WHEN "e"."_day" < "a"."end_30" AND (
      "net" > (
        0 * 100
      )
    ) THEN 1 END
  ) AS "y_order_value_denominator",
  COUNT(
    CASE
      WHEN (
        (
          (
            (
              (
                (
                  (
                    (
                      (
                        "status" LIKE 'p%'
                      ) OR (
                        LOWER("status") LIKE LOWER('%EN%')
                      )
                    )
                    AND (
                      "status" IS DISTINCT FROM 'open'
                    )
                  )
                  AND (
                    (
                      (
                        "net" BETWEEN (
                          (
                            -5
                          ) * 100
                        ) AND 9995
                      )
                      OR (
                        (
                          CASE WHEN "refund" IS NULL OR "net" >= "refund" THEN "net" ELSE "refund" END
                        ) > (
                          120 * 100
                        )
                      )
                    )
                    OR (
                      NULLIF("net", (
                        0 * 100
                      )) IS NULL
                    )
                  )
                )
                AND (
                  CASE
                    WHEN (
                      "refund" IS NULL
                    )
                    THEN (
                      "net" > (
                        1 * 100
                      )
                    )
                    ELSE (
                      "refund" < (
                        "net" * 2
                      )
                    )
                  END
                )
              )
              AND (
                (
                  "ordered_at" + INTERVAL '2' DAY
                ) > CAST(CAST('2026-03-01' AS DATE) AS TIMESTAMP)
              )
            )
            AND (
              "ordered_at" < CAST('2026-12-24' AS TIMESTAMP)
            )
          )
          AND (
            "note" <> 'it''s "odd"'
          )
        )
        AND (
          NOT (
            "is_cancelled" AND (
              "net" < (
                0 * 100
              )
            )
          )
        )
      )
      THEN 1
    END
  ) AS "y_odd"
FROM "assigned_windows" AS "a"
JOIN "typed_orders" AS "e"
  ON "e"."_unit" = "a"."unit_key"
WHERE
  "e"."_day" >= "a"."assigned_day" AND "e"."_day" < "a"."end_60"
GROUP BY
  "a"."unit_key";

-- facts mails
SELECT
  "a"."unit_key",
  MAX(CASE WHEN (
    "event" = 'open'
  ) THEN 1 ELSE 0 END) AS "y_opened",
  COUNT(
    CASE
      WHEN "e"."_day" < "a"."end_1"
      AND (
        (
          "event" = 'click'
        ) AND (
          "day" >= CAST('2026-03-01' AS DATE)
        )
      )
      THEN 1
    END
  ) AS "y_clicks"
FROM "assigned_windows" AS "a"
JOIN "typed_mails" AS "e"
  ON "e"."_unit" = "a"."unit_key"
WHERE
  "e"."_day" >= "a"."assigned_day"
  AND "e"."_day" < "a"."end_14"
  AND (
    (
      (
        "event" = 'open'
      )
    )
    OR (
      (
        (
          "event" = 'click'
        ) AND (
          "day" >= CAST('2026-03-01' AS DATE)
        )
      )
    )
  )
GROUP BY
  "a"."unit_key";

-- facts contacts
SELECT
  "a"."unit_key",
  CAST("age" AS BIGINT) AS "y_age",
  CASE WHEN "age" IS NULL THEN 1 ELSE 0 END AS "nulls_y_age"
FROM "assigned_windows" AS "a"
JOIN "typed_contacts" AS "e"
  ON "e"."_unit" = "a"."unit_key";

-- units
SELECT
  "a"."unit_id",
  "a"."cluster_id",
  "a"."arm",
  "a"."weight_epoch",
  "a"."stratum",
  "a"."assigned_day",
  CAST(COALESCE("f0"."y_bought", 0) AS BIGINT) AS "y_bought",
  CAST(COALESCE("f0"."y_revenue_30d", 0) AS BIGINT) AS "y_revenue_30d",
  CAST(COALESCE("f0"."y_revenue_7d", 0) AS BIGINT) AS "y_revenue_7d",
  CAST(COALESCE("f0"."y_capped", 0) AS BIGINT) AS "y_capped",
  CAST(COALESCE("f0"."y_orders_made", 0) AS BIGINT) AS "y_orders_made",
  CAST(COALESCE("f0"."y_weight", 0) AS BIGINT) AS "y_weight",
  CAST(COALESCE("f0"."y_order_value_numerator", 0) AS BIGINT) AS "y_order_value_numerator",
  CAST(COALESCE("f0"."y_order_value_denominator", 0) AS BIGINT) AS "y_order_value_denominator",
  CAST(COALESCE("f0"."y_odd", 0) AS BIGINT) AS "y_odd",
  CAST(COALESCE("f1"."y_opened", 0) AS BIGINT) AS "y_opened",
  CAST(COALESCE("f1"."y_clicks", 0) AS BIGINT) AS "y_clicks",
  "f2"."y_age" AS "y_age"
FROM "assigned" AS "a"
LEFT JOIN "facts_orders" AS "f0"
  ON "f0"."unit_key" = "a"."unit_key"
LEFT JOIN "facts_mails" AS "f1"
  ON "f1"."unit_key" = "a"."unit_key"
LEFT JOIN "facts_contacts" AS "f2"
  ON "f2"."unit_key" = "a"."unit_key";

-- days orders
SELECT
  "a"."unit_key",
  "e"."_day" AS "day",
  CAST(COALESCE(MAX(CASE WHEN (
    NOT "is_cancelled"
  ) THEN 1 END), 0) AS BIGINT) AS "y_bought",
  CAST(COALESCE(SUM(CASE WHEN TRUE THEN "net" END), 0) AS BIGINT) AS "y_capped"
FROM "assigned_windows" AS "a"
JOIN "typed_orders" AS "e"
  ON "e"."_unit" = "a"."unit_key"
WHERE
  "e"."_day" >= "a"."assigned_day" AND "e"."_day" < "a"."end_30"
GROUP BY
  "a"."unit_key",
  "e"."_day";

-- sums
SELECT
  "arm",
  "weight_epoch",
  "stratum",
  CASE
    WHEN "assigned_day" <= CAST('2026-11-01' AS DATE)
    THEN 0
    WHEN "assigned_day" <= CAST('2026-12-01' AS DATE)
    THEN 1
    WHEN "assigned_day" <= CAST('2026-12-17' AS DATE)
    THEN 2
    WHEN "assigned_day" <= CAST('2026-12-24' AS DATE)
    THEN 3
    WHEN "assigned_day" <= CAST('2026-12-30' AS DATE)
    THEN 4
    ELSE 5
  END AS "maturity",
  COUNT(*) AS "n",
  MAX("assigned_day") AS "last_day",
  0 AS "s0",
  0 AS "s1",
  0 AS "s2",
  0 AS "s3",
  0 AS "s4",
  0 AS "s5",
  0 AS "s6",
  0 AS "s7",
  0 AS "s8",
  0 AS "s9",
  0 AS "s10",
  0 AS "s11",
  0 AS "s12",
  0 AS "s13",
  0 AS "s14",
  0 AS "s15",
  0 AS "s16",
  0 AS "s17",
  0 AS "s18",
  0 AS "s19",
  0 AS "s20",
  0 AS "s21",
  0 AS "s22",
  0 AS "s23",
  0 AS "s24",
  0 AS "s25",
  0 AS "s26",
  0 AS "s27",
  0 AS "s28",
  0 AS "s29",
  0 AS "s30",
  0 AS "s31",
  0 AS "s32",
  0 AS "s33",
  0 AS "s34",
  0 AS "s35",
  0 AS "s36",
  0 AS "s37",
  0 AS "s38",
  0 AS "s39",
  0 AS "s40",
  0 AS "s41",
  0 AS "s42",
  0 AS "s43",
  0 AS "s44",
  0 AS "s45",
  0 AS "s46",
  0 AS "s47",
  0 AS "s48",
  0 AS "s49",
  0 AS "s50",
  0 AS "s51",
  0 AS "s52",
  0 AS "s53",
  0 AS "s54",
  0 AS "s55",
  0 AS "s56",
  0 AS "s57",
  0 AS "s58"
FROM "units"
WHERE
  "assigned_day" <= CAST('2026-12-31' AS DATE)
GROUP BY
  "arm",
  "weight_epoch",
  "stratum",
  "maturity"
UNION ALL
SELECT
  "arm",
  "weight_epoch",
  "stratum",
  CASE
    WHEN "assigned_day" <= CAST('2026-11-01' AS DATE)
    THEN 0
    WHEN "assigned_day" <= CAST('2026-12-01' AS DATE)
    THEN 1
    WHEN "assigned_day" <= CAST('2026-12-17' AS DATE)
    THEN 2
    WHEN "assigned_day" <= CAST('2026-12-24' AS DATE)
    THEN 3
    WHEN "assigned_day" <= CAST('2026-12-30' AS DATE)
    THEN 4
    ELSE 5
  END AS "maturity",
  0 AS "n",
  CAST(NULL AS DATE) AS "last_day",
  COALESCE(SUM(CAST("y_bought" AS DECIMAL(38, 0))), 0) AS "s0",
  COUNT(CASE WHEN "y_bought" <> 0 THEN 1 END) AS "s1",
  COALESCE(SUM(CAST("y_revenue_30d" AS DECIMAL(38, 0))), 0) AS "s2",
  COALESCE(SUM(CAST("y_revenue_30d" * "y_revenue_30d" AS DECIMAL(38, 0))), 0) AS "s3",
  COALESCE(
    SUM(CAST("y_revenue_30d" * "y_revenue_30d" * "y_revenue_30d" AS DECIMAL(38, 0))),
    0
  ) AS "s4",
  COALESCE(
    SUM(
      CAST(CAST("y_revenue_30d" AS DECIMAL(38, 0)) * "y_revenue_30d" * "y_revenue_30d" * "y_revenue_30d" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s5",
  COUNT(CASE WHEN "y_revenue_30d" <> 0 THEN 1 END) AS "s6",
  COALESCE(SUM(CAST("y_revenue_7d" AS DECIMAL(38, 0))), 0) AS "s7",
  COALESCE(SUM(CAST("y_revenue_7d" * "y_revenue_7d" AS DECIMAL(38, 0))), 0) AS "s8",
  COALESCE(SUM(CAST("y_revenue_7d" * "y_revenue_7d" * "y_revenue_7d" AS DECIMAL(38, 0))), 0) AS "s9",
  COALESCE(
    SUM(
      CAST(CAST("y_revenue_7d" AS DECIMAL(38, 0)) * "y_revenue_7d" * "y_revenue_7d" * "y_revenue_7d" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s10",
  COUNT(CASE WHEN "y_revenue_7d" <> 0 THEN 1 END) AS "s11",
  COALESCE(
    SUM(
      CAST((
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) AS DECIMAL(38, 0))
    ),
    0
  ) AS "s12",
  COALESCE(
    SUM(
      CAST((
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) * (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) AS DECIMAL(38, 0))
    ),
    0
  ) AS "s13",
  COALESCE(
    SUM(
      CAST((
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) * (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) * (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) AS DECIMAL(38, 0))
    ),
    0
  ) AS "s14",
  COALESCE(
    SUM(
      CAST(CAST((
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) AS DECIMAL(38, 0)) * (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) * (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) * (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) AS DECIMAL(38, 0))
    ),
    0
  ) AS "s15",
  COUNT(
    CASE
      WHEN (
        CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
      ) <> 0
      THEN 1
    END
  ) AS "s16",
  COALESCE(SUM(CAST("y_orders_made" AS DECIMAL(38, 0))), 0) AS "s17",
  COALESCE(SUM(CAST("y_orders_made" * "y_orders_made" AS DECIMAL(38, 0))), 0) AS "s18",
  COALESCE(
    SUM(CAST("y_orders_made" * "y_orders_made" * "y_orders_made" AS DECIMAL(38, 0))),
    0
  ) AS "s19",
  COALESCE(
    SUM(
      CAST("y_orders_made" * "y_orders_made" * "y_orders_made" * "y_orders_made" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s20",
  COUNT(CASE WHEN "y_orders_made" <> 0 THEN 1 END) AS "s21",
  COALESCE(SUM(CAST("y_weight" AS DECIMAL(38, 0))), 0) AS "s22",
  COALESCE(SUM(CAST("y_weight" * "y_weight" AS DECIMAL(38, 0))), 0) AS "s23",
  COALESCE(SUM(CAST("y_weight" * "y_weight" * "y_weight" AS DECIMAL(38, 0))), 0) AS "s24",
  COALESCE(
    SUM(
      CAST(CAST("y_weight" AS DECIMAL(38, 0)) * "y_weight" * "y_weight" * "y_weight" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s25",
  COUNT(CASE WHEN "y_weight" <> 0 THEN 1 END) AS "s26",
  COALESCE(SUM(CAST("y_order_value_numerator" AS DECIMAL(38, 0))), 0) AS "s27",
  COALESCE(SUM(CAST("y_order_value_denominator" AS DECIMAL(38, 0))), 0) AS "s28",
  COALESCE(
    SUM(CAST("y_order_value_numerator" * "y_order_value_numerator" AS DECIMAL(38, 0))),
    0
  ) AS "s29",
  COALESCE(
    SUM(CAST("y_order_value_numerator" * "y_order_value_denominator" AS DECIMAL(38, 0))),
    0
  ) AS "s30",
  COALESCE(
    SUM(
      CAST("y_order_value_denominator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s31",
  COALESCE(
    SUM(
      CAST("y_order_value_numerator" * "y_order_value_numerator" * "y_order_value_numerator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s32",
  COALESCE(
    SUM(
      CAST("y_order_value_numerator" * "y_order_value_numerator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s33",
  COALESCE(
    SUM(
      CAST("y_order_value_numerator" * "y_order_value_denominator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s34",
  COALESCE(
    SUM(
      CAST("y_order_value_denominator" * "y_order_value_denominator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s35",
  COALESCE(
    SUM(
      CAST(CAST("y_order_value_numerator" AS DECIMAL(38, 0)) * "y_order_value_numerator" * "y_order_value_numerator" * "y_order_value_numerator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s36",
  COALESCE(
    SUM(
      CAST("y_order_value_numerator" * "y_order_value_numerator" * "y_order_value_numerator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s37",
  COALESCE(
    SUM(
      CAST("y_order_value_numerator" * "y_order_value_numerator" * "y_order_value_denominator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s38",
  COALESCE(
    SUM(
      CAST("y_order_value_numerator" * "y_order_value_denominator" * "y_order_value_denominator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s39",
  COALESCE(
    SUM(
      CAST("y_order_value_denominator" * "y_order_value_denominator" * "y_order_value_denominator" * "y_order_value_denominator" AS DECIMAL(38, 0))
    ),
    0
  ) AS "s40",
  COUNT(CASE WHEN "y_order_value_denominator" <> 0 THEN 1 END) AS "s41",
  COALESCE(SUM(CAST("y_odd" AS DECIMAL(38, 0))), 0) AS "s42",
  COALESCE(SUM(CAST("y_odd" * "y_odd" AS DECIMAL(38, 0))), 0) AS "s43",
  COALESCE(SUM(CAST("y_odd" * "y_odd" * "y_odd" AS DECIMAL(38, 0))), 0) AS "s44",
  COALESCE(SUM(CAST("y_odd" * "y_odd" * "y_odd" * "y_odd" AS DECIMAL(38, 0))), 0) AS "s45",
  COUNT(CASE WHEN "y_odd" <> 0 THEN 1 END) AS "s46",
  COALESCE(SUM(CAST("y_opened" AS DECIMAL(38, 0))), 0) AS "s47",
  COUNT(CASE WHEN "y_opened" <> 0 THEN 1 END) AS "s48",
  COALESCE(SUM(CAST("y_clicks" AS DECIMAL(38, 0))), 0) AS "s49",
  COALESCE(SUM(CAST("y_clicks" * "y_clicks" AS DECIMAL(38, 0))), 0) AS "s50",
  COALESCE(SUM(CAST("y_clicks" * "y_clicks" * "y_clicks" AS DECIMAL(38, 0))), 0) AS "s51",
  COALESCE(SUM(CAST("y_clicks" * "y_clicks" * "y_clicks" * "y_clicks" AS DECIMAL(38, 0))), 0) AS "s52",
  COUNT(CASE WHEN "y_clicks" <> 0 THEN 1 END) AS "s53",
  COALESCE(SUM(CAST("y_age" AS DECIMAL(38, 0))), 0) AS "s54",
  COALESCE(SUM(CAST("y_age" * "y_age" AS DECIMAL(38, 0))), 0) AS "s55",
  COALESCE(SUM(CAST("y_age" * "y_age" * "y_age" AS DECIMAL(38, 0))), 0) AS "s56",
  COALESCE(SUM(CAST("y_age" * "y_age" * "y_age" * "y_age" AS DECIMAL(38, 0))), 0) AS "s57",
  COUNT(CASE WHEN "y_age" <> 0 THEN 1 END) AS "s58"
FROM "units"
WHERE
  "assigned_day" <= CAST('2026-12-31' AS DATE)
  AND (
    "y_bought" <> 0
    OR "y_revenue_30d" <> 0
    OR "y_revenue_7d" <> 0
    OR (
      CASE WHEN "y_capped" > :cap_3 THEN :cap_3 ELSE "y_capped" END
    ) <> 0
    OR "y_orders_made" <> 0
    OR "y_weight" <> 0
    OR "y_order_value_numerator" <> 0
    OR "y_order_value_denominator" <> 0
    OR "y_odd" <> 0
    OR "y_opened" <> 0
    OR "y_clicks" <> 0
    OR "y_age" <> 0
  )
GROUP BY
  "arm",
  "weight_epoch",
  "stratum",
  "maturity";

-- single values
SELECT
  CAST(CAST('2026-03-28' AS DATE) + INTERVAL '2' DAY AS DATE) AS "d";

SELECT
  CAST(AT_TIMEZONE(
    WITH_TIMEZONE(CAST('2026-11-01 01:30:00' AS TIMESTAMP), 'America/New_York'),
    'Europe/Berlin'
  ) AS TIMESTAMP) AS "t";

SELECT
  CAST(AT_TIMEZONE(WITH_TIMEZONE(CAST('2026-10-25 02:30:00' AS TIMESTAMP), 'Europe/Berlin'), 'UTC') AS TIMESTAMP) AS "t";

SELECT
  CAST(AT_TIMEZONE(WITH_TIMEZONE(CAST('2026-03-29 02:30:00' AS TIMESTAMP), 'Europe/Berlin'), 'UTC') AS TIMESTAMP) AS "t";

SELECT
  CAST(AT_TIMEZONE(
    WITH_TIMEZONE(CAST('2026-04-05 01:45:00' AS TIMESTAMP), 'Australia/Lord_Howe'),
    'UTC'
  ) AS TIMESTAMP) AS "t";

SELECT
  CAST(AT_TIMEZONE(WITH_TIMEZONE(CAST('2026-03-29 18:30:00' AS TIMESTAMP), 'UTC'), 'Asia/Kolkata') AS TIMESTAMP) AS "t";

SELECT
  (
    CASE
      WHEN 2 IS NULL OR (
        CASE WHEN 3 IS NULL OR NULL <= 3 THEN NULL ELSE 3 END
      ) <= 2
      THEN (
        CASE WHEN 3 IS NULL OR NULL <= 3 THEN NULL ELSE 3 END
      )
      ELSE 2
    END
  ) AS "l",
  (
    CASE WHEN NULL IS NULL OR 1 >= NULL THEN 1 ELSE NULL END
  ) AS "g",
  COALESCE(NULL, 5) AS "c",
  NULLIF(5, 5) AS "n";

SELECT
  (
    NULL IS NOT DISTINCT FROM NULL
  ) AS "a",
  (
    1 IS DISTINCT FROM NULL
  ) AS "b",
  (
    NOT COALESCE(CAST(NULL AS BOOLEAN), FALSE)
  ) AS "c";

SELECT
  'a\b' AS "t",
  'it''s' AS "s",
  (
    'a%' LIKE 'a_'
  ) AS "l",
  (
    LOWER('Straße') LIKE LOWER('STRA_E')
  ) AS "i",
  (
    'ä' = 'Ä'
  ) AS "e";

SELECT
  REGEXP_LIKE('12
', '^(?:-?(0|[1-9][0-9]*))\z') AS "a",
  REGEXP_LIKE('-0', '^(?:-?(0|[1-9][0-9]*))\z') AS "b";

SELECT
  TRY_CAST("x" AS BIGINT) AS "a"
FROM (
  SELECT
    '9223372036854775808' AS "x"
  UNION ALL
  SELECT
    '-9223372036854775808'
  UNION ALL
  SELECT
    'x'
  UNION ALL
  SELECT
    NULL
) AS "t"
ORDER BY
  "a";

SELECT
  ABS(-3) AS "a",
  LENGTH('Größe') AS "l",
  TRIM('  x ') AS "t";

SELECT
  CAST(CAST('2026-01-31' AS DATE) AS TIMESTAMP) AS "t",
  CAST(17 AS VARCHAR) AS "v",
  CAST(TRUE AS VARCHAR) AS "b";

SELECT
  SUM("x") AS "s",
  MIN("x") AS "a",
  MAX("x") AS "b",
  COUNT("x") AS "c"
FROM (
  SELECT
    9007199254740993 AS "x"
  UNION ALL
  SELECT
    9007199254740993
) AS "t";

SELECT
  CAST(ROUND(CAST(19.990000000000002 AS DOUBLE) * 100) AS BIGINT) AS "x";
